#!/usr/bin/env node
// A static file server for the examples and the browser tests: `node scripts/serve.js [--port N] [--isolated]`.
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const repository = fileURLToPath(new URL('..', import.meta.url));

const mimeTypes = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.safetensors': 'application/octet-stream',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
};

// These make a page cross-origin isolated, which enables precise clocks and SharedArrayBuffer.
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** The file that a request refers to, inside `root`, without dot files or empty names; null for anything else. */
function locate(root, pathname) {
  let path;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  const hidden = path.split(/[\\/]/).some((part) => part.startsWith('.')) || path.includes('//');
  const file = resolve(join(root, path));
  return hidden || path.includes('\0') || !(file + sep).startsWith(resolve(root) + sep) ? null : file;
}

function answer(response, status, headers, body = '') {
  response.writeHead(status, headers).end(body);
}

async function handle(root, headers, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return answer(response, 405, headers, 'GET or HEAD only\n');
  const [pathname, query] = request.url.split(/(?=\?)/);
  let file = locate(root, pathname);
  let info = file && (await stat(file).catch(() => null));
  if (info?.isDirectory()) {
    if (!pathname.endsWith('/')) return answer(response, 301, { ...headers, Location: `${pathname}/${query ?? ''}` });
    file = join(file, 'index.html');
    info = await stat(file).catch(() => null);
  }
  if (!info?.isFile()) return answer(response, 404, headers, 'not found\n');
  const type = mimeTypes[extname(file).toLowerCase()] ?? 'application/octet-stream';
  response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': info.size });
  if (request.method === 'HEAD') return response.end();
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response);
}

/**
 * Serves the files under `root` on 127.0.0.1.
 * @param {{ root?: string, port?: number, isolated?: boolean, policy?: string }} options port 0: any free one; isolated: with
 *     COOP and COEP headers; policy: a Content-Security-Policy
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} `url` ends without a slash
 */
export async function serve({ root = repository, port = 0, isolated = false, policy = '' } = {}) {
  const headers = {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(isolated ? isolation : {}),
    ...(policy ? { 'Content-Security-Policy': policy } : {}),
  };
  const server = createServer((request, response) => {
    handle(root, headers, request, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const usage = `Serves the repository to browsers on this machine.
  node scripts/serve.js [--port N] [--isolated]
    --port N     0 to 65535; 0 takes any free port. Without it: 8080, or any free port when that is taken
    --isolated   send the COOP and COEP headers that make pages cross-origin isolated
Stop it with Ctrl-C.
`;

async function main() {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, isolated: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) return void process.stdout.write(usage);
  const port = Number(values.port ?? 8080);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`port is ${values.port}; allowed: 0 to 65535`);
  const { url } = await serve({ port, isolated: values.isolated }).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    if (values.port !== undefined) throw new Error(`port ${port} is taken; choose another with --port`);
    return serve({ isolated: values.isolated });
  });
  process.stdout.write(
    `The pages are at ${url}/examples/minimal/ and ${url}/examples/instrument/ (Ctrl-C stops them)\n`,
  );
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    process.stderr.write(`serve: ${error.message}\n`);
    process.exitCode = 2;
  });
}
