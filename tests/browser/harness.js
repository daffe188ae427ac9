// Real browsers for the tests, both behind one face. Chromium speaks through playwright-core, Firefox through puppeteer-core
// (WebDriver BiDi) with a PulseAudio null sink, without which its AudioContexts do not run on a machine without a sound card.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium as playwright } from 'playwright-core';
import puppeteer from 'puppeteer-core';

/** The browsers to test in: both, or the one that the environment variable BROWSER names. */
export const browserNames = process.env.BROWSER ? [process.env.BROWSER] : ['chromium', 'firefox'];

const chromiumFlags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

const firefoxPreferences = {
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'browser.download.folderList': 2,
  'browser.download.useDownloadDir': true,
  'browser.download.always_ask_before_handling_new_types': false,
  'browser.download.manager.showWhenStarting': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
};

/** The program, or an error that says what to install: a missing browser fails the suite, it never skips. */
function program(variable, path, packageName) {
  const found = process.env[variable] ?? path;
  if (!existsSync(found)) {
    throw new Error(`${found} is missing: apt-get install ${packageName}, or set ${variable} to another executable`);
  }
  return found;
}

/** Polls until `check` gives something truthy; fails with `what` after `timeout` ms. */
async function until(check, what, timeout) {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${timeout} ms`);
    await sleep(50);
  }
}

/** A folder that goes away with the browser. */
const temporaryFolder = () => mkdtemp(join(tmpdir(), 'lodestone-browser-'));

/** The one file in `folder` once it is complete. */
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

/** What both browsers' pages share: `page` is Playwright's or Puppeteer's, which agree in all that is used here. */
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
  /** Runs a self-contained function in the page; its one argument and its result travel as JSON. */
  evaluate = (task, argument) => this.page.evaluate(task, argument);
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

  /** Waits until the function is truthy in the page; returns that value. */
  waitFor(task, { timeout = 30000, argument } = {}) {
    return until(() => this.evaluate(task, argument), `waiting for ${task}`, timeout);
  }

  /** Waits until an element's text matches; returns the text. */
  async shows(selector, pattern, timeout = 30000) {
    let text;
    const matches = async () => pattern.test((text = await this.text(selector)));
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
  look = ({ width }) => this.page.setViewport({ width, height: 900 });
  screenshot = (path) => this.page.screenshot({ path, fullPage: true });

  async download(selector) {
    await this.click(selector);
    return downloaded(this.downloads, 10000);
  }
}

async function openChromium() {
  const executablePath = program('CHROMIUM', '/usr/bin/chromium', 'chromium');
  const browser = await playwright.launch({ executablePath, args: chromiumFlags });
  return {
    open: async () => new ChromiumPage(await browser.newPage({ acceptDownloads: true })),
    close: () => browser.close(),
  };
}

/** A sound server that swallows everything; returns its environment and how to end it. */
async function nullSink() {
  const path = program('PULSEAUDIO', '/usr/bin/pulseaudio', 'pulseaudio');
  const folder = await temporaryFolder();
  const environment = {
    ...process.env,
    XDG_RUNTIME_DIR: folder,
    PULSE_RUNTIME_PATH: join(folder, 'pulse'),
    PULSE_STATE_PATH: folder,
    PULSE_COOKIE: join(folder, 'cookie'),
  };
  const server = spawn(
    path,
    ['-n', '--daemonize=no', '--exit-idle-time=-1', '--load=module-null-sink', '--load=module-native-protocol-unix'],
    { env: environment, stdio: 'ignore' },
  );
  const ended = new Promise((done) => server.once('exit', done));
  const socket = join(folder, 'pulse', 'native');
  await until(() => existsSync(socket) || server.exitCode !== null, 'the start of PulseAudio', 10000);
  if (server.exitCode !== null) throw new Error(`pulseaudio ended with code ${server.exitCode}`);
  return {
    environment: { ...environment, PULSE_SERVER: `unix:${socket}` },
    close: async () => {
      server.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openFirefox() {
  const executablePath = program('FIREFOX', '/usr/bin/firefox-esr', 'firefox-esr');
  const sound = await nullSink();
  const downloads = await temporaryFolder();
  const clean = async () => {
    await sound.close();
    await rm(downloads, { recursive: true, force: true });
  };
  try {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      env: sound.environment,
      extraPrefsFirefox: { ...firefoxPreferences, 'browser.download.dir': downloads },
    });
    return {
      open: async () => new FirefoxPage(await browser.newPage(), downloads),
      close: async () => {
        await browser.close();
        await clean();
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
}

/**
 * Starts a browser with a new profile.
 * @param {string} name `chromium` or `firefox`
 * @returns {Promise<{ open: () => Promise<Page>, close: () => Promise<void> }>}
 */
export function openBrowser(name) {
  const open = { chromium: openChromium, firefox: openFirefox }[name];
  if (!open) throw new Error(`BROWSER is ${name}; allowed: chromium, firefox`);
  return open();
}
