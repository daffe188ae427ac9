// Starts real browsers for the tests and benchmarks: Chromium through playwright-core, Firefox through puppeteer-core
// (WebDriver BiDi), with a PulseAudio null sink, without which its AudioContexts do not run on a machine without a
// sound card.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium as playwright } from 'playwright-core';
import puppeteer from 'puppeteer-core';

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

/** The browser's program; throws an error that says what to install: a missing browser fails a test, never skips it. */
function program(variable, path, packageName) {
  const found = process.env[variable] ?? path;
  if (!existsSync(found)) {
    throw new Error(`${found} is missing: apt-get install ${packageName}, or set ${variable} to another executable`);
  }
  return found;
}

/** Polls until `check` returns something truthy; fails with `what` after `timeout` ms. */
export async function until(check, what, timeout) {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${timeout} ms`);
    await sleep(50);
  }
}

/** The promise's result; fails with `what` if there is none after `timeout` ms. */
export async function within(promise, what, timeout) {
  const settled = new AbortController();
  const late = sleep(timeout, null, { signal: settled.signal }).then(() => {
    throw new Error(`${what} did not come within ${timeout} ms`);
  });
  return Promise.race([promise, late]).finally(() => settled.abort());
}

/** A folder that is deleted when the browser closes. */
const temporaryFolder = () => mkdtemp(join(tmpdir(), 'lodestone-browser-'));

async function launchChromium(flags) {
  const executablePath = program('CHROMIUM', '/usr/bin/chromium', 'chromium');
  const browser = await playwright.launch({ executablePath, args: [...chromiumFlags, ...flags] });
  const profile = await browser.newContext({ acceptDownloads: true }); // one storage for all pages, as for a user
  return {
    version: `Chromium ${browser.version()}`,
    newPage: () => profile.newPage(),
    close: () => browser.close(),
  };
}

/** Starts a sound server without a device; returns its environment and a function that stops it. */
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
  const kill = () => server.kill();
  process.once('exit', kill); // on Ctrl-C the browser libraries exit the process
  const socket = join(folder, 'pulse', 'native');
  await until(() => existsSync(socket) || server.exitCode !== null, 'the start of PulseAudio', 10000);
  if (server.exitCode !== null) throw new Error(`pulseaudio ended with code ${server.exitCode}`);
  return {
    environment: { ...environment, PULSE_SERVER: `unix:${socket}` },
    close: async () => {
      process.off('exit', kill);
      kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @param {Record<string, unknown>} preferences */
async function launchFirefox(_, preferences) {
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
      defaultViewport: null, // setting one needs a newer Firefox than Debian 12's
      env: sound.environment,
      extraPrefsFirefox: { ...firefoxPreferences, ...preferences, 'browser.download.dir': downloads },
    });
    return {
      version: (await browser.version()).replace(/^firefox\//i, 'Firefox '),
      downloads,
      newPage: () => browser.newPage(),
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
 * @param {string[]} [flags] additional command-line flags for Chromium
 * @param {Record<string, unknown>} [preferences] additional preferences for Firefox
 * @returns {Promise<{ version: string, newPage: () => Promise<any>, close: () => Promise<void>, downloads?: string }>}
 *     `newPage`: Playwright's or Puppeteer's; `downloads`: Firefox's download folder
 */
export function launch(name, flags = [], preferences = {}) {
  const launchers = { chromium: launchChromium, firefox: launchFirefox };
  if (!(name in launchers)) throw new Error(`browser is ${name}; allowed: chromium, firefox`);
  return launchers[name](flags, preferences);
}
