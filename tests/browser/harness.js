// Real browsers for the tests, both with the same interface.
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch, until, within } from '../../scripts/browsers.js';

/** The browsers to test: both, or the one named by the environment variable BROWSER. */
export const browserNames = process.env.BROWSER ? [process.env.BROWSER] : ['chromium', 'firefox'];

/** In ms; a page that waits for something that never comes fails its test. */
const longestTask = 300000;

/** The only file in `folder`, once it is complete. */
async function downloaded(folder, timeout) {
  const name = await until(
    async () => {
      const names = await readdir(folder);
      return names.length === 1 && !names[0].endsWith('.part') ? names[0] : null;
    },
    'a download',
    timeout,
  );
  await sleep(100);
  const bytes = await readFile(join(folder, name));
  await rm(join(folder, name));
  return { name, bytes };
}

/** What both browsers' pages share: `page` is Playwright's or Puppeteer's, which agree in everything used here. */
class Page {
  /** Uncaught errors and console errors so far. */
  errors = [];

  constructor(page) {
    this.page = page;
    page.setDefaultTimeout(10000);
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(String(error?.message ?? error)));
  }

  goto = (url) => this.page.goto(url);
  /** Runs a self-contained function in the page; its argument and its result are passed as JSON. */
  evaluate = (task, argument) => within(this.page.evaluate(task, argument), `the result of ${task}`, longestTask);
  click = (selector) => this.page.click(selector);
  press = (key) => this.page.keyboard.press(key);
  focus = (selector) => this.page.focus(selector);
  text = (selector) => this.page.$eval(selector, (element) => element.textContent.trim());
  value = (selector) => this.page.$eval(selector, (element) => element.value);

  /** Sets the value of a form control as a user would, events included. */
  fill(selector, value) {
    return this.page.$eval(
      selector,
      (element, text) => {
        element.value = text;
        element.dispatchEvent(new Event('input', { bubbles: true }));
        element.dispatchEvent(new Event('change', { bubbles: true }));
      },
      String(value),
    );
  }

  /** Waits until the function returns something truthy in the page; returns that. */
  waitFor(task, { timeout = 30000, argument } = {}) {
    return until(() => this.evaluate(task, argument), `waiting for ${task}`, timeout);
  }

  /** Waits until an element's text matches; returns the text. */
  async shows(selector, pattern, timeout = 30000) {
    let text;
    const read = () => this.text(selector).catch(() => ''); // the page may still be loading
    const matches = async () => pattern.test((text = await read()));
    await until(matches, `${selector} matching ${pattern}`, timeout).catch((error) => {
      throw new Error(`${error.message}; it shows: ${text}`);
    });
    return text;
  }
}

class ChromiumPage extends Page {
  schemes = ['light', 'dark'];
  upload = (selector, ...paths) => this.page.setInputFiles(selector, paths);
  screenshot = (path) => this.page.screenshot({ path, fullPage: true });
  /** Viewport width in CSS pixels and colour scheme, one of `schemes`. */
  async look({ width, scheme }) {
    await this.page.setViewportSize({ width, height: 900 });
    await this.page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  }
  async download(selector) {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.click(selector)]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }
}

class FirefoxPage extends Page {
  schemes = ['light']; // WebDriver BiDi cannot switch it

  constructor(page, downloads) {
    super(page);
    this.downloads = downloads;
  }
  async upload(selector, ...paths) {
    const input = await this.page.$(selector);
    await input.uploadFile(...paths);
  }
  /** Puppeteer's own method also sets the screen's orientation, which Firefox 140 ESR does not support. */
  async look({ width }) {
    await this.page.setViewport({ width, height: 900 }).catch((error) => {
      if (!/unknown command/.test(error.message)) throw error;
    });
    await this.waitFor((expected) => innerWidth === expected, { argument: width });
  }
  screenshot = (path) => this.page.screenshot({ path, fullPage: true });

  async download(selector) {
    await this.click(selector);
    return downloaded(this.downloads, 10000);
  }
}

/**
 * Starts a browser with a new profile.
 * @param {string} name `chromium` or `firefox`
 * @param {string[]} [flags] additional command-line flags for Chromium
 * @param {Record<string, unknown>} [preferences] additional preferences for Firefox
 * @returns {Promise<{ open: () => Promise<Page>, close: () => Promise<void> }>}
 */
export async function openBrowser(name, flags, preferences) {
  const { newPage, downloads, close } = await launch(name, flags, preferences);
  const FoundPage = { chromium: ChromiumPage, firefox: FirefoxPage }[name];
  return { open: async () => new FoundPage(await newPage(), downloads), close };
}
