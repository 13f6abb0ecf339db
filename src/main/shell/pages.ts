import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ownUrl } from './address.ts';

/**
 * What our pages may load: their own files only. No inline script or style, no eval, nothing remote: a
 * picture an answer points to would tell its host that the answer was read.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wav': 'audio/wav',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
};

/**
 * The file an address of ours stands for, inside `root` and of a known type; null for anything else:
 * other origins, ways out of the folder (`..`, encoded or with backslashes), folders, unknown types.
 */
function resolvePage(root: string, address: string): { file: string; type: string } | null {
  const url = ownUrl(address);
  if (!url) return null;
  let name: string;
  try {
    name = decodeURIComponent(url.pathname);
  } catch {
    return null; // a malformed escape names no file
  }
  if (name.includes('\0') || name.includes('\\') || name.includes(':')) return null;
  const file = path.join(root, name);
  const inside = path.relative(root, file);
  if (inside === '' || inside.startsWith('..') || path.isAbsolute(inside)) return null;
  const type = TYPES[path.extname(file).toLowerCase()];
  return type ? { file, type } : null;
}

const headers = (type: string): Record<string, string> => ({
  'content-type': type,
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
});

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(String(error.code));

const MISSING_PAGE =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Hark</title><h1>A part of Hark is missing</h1>' +
  '<p>This window’s page could not be read. Install Hark again; your chats and settings stay as they are.</p></html>';

/** Answers a request for one of our own files from `root`. Never throws; a missing page has words. */
export async function servePage(root: string, request: { method: string; url: string }): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return new Response('Only GET and HEAD are answered here.', {
      status: 405,
      headers: { ...headers('text/plain; charset=utf-8'), allow: 'GET, HEAD' },
    });
  const found = resolvePage(root, request.url);
  try {
    if (found) {
      const body = await readFile(found.file);
      return new Response(request.method === 'HEAD' ? null : new Uint8Array(body), {
        status: 200,
        headers: headers(found.type),
      });
    }
  } catch (error) {
    const status = isMissing(error) ? 404 : 500;
    return new Response(MISSING_PAGE, { status, headers: headers('text/html; charset=utf-8') });
  }
  return new Response(MISSING_PAGE, { status: 404, headers: headers('text/html; charset=utf-8') });
}
