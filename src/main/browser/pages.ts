import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { WindowRole } from '../../shared/domain.ts';
import { fail, ok, type Result } from '../../shared/result.ts';

const ROLES: readonly WindowRole[] = ['chat', 'settings', 'admin'];
const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wav': 'audio/wav',
  '.woff2': 'font/woff2',
};

export interface StaticFile {
  file: string;
  type: string;
  /** The name carries a hash of the content, so that it never changes. */
  immutable: boolean;
}

export interface Pages {
  /** The page a path stands for; null when it is none. */
  roleOf: (path: string) => WindowRole | null;
  /** The page with its window token. */
  html: (role: WindowRole, token: string) => string;
  /** A file by its exact path; null when there is none. */
  file: (path: string) => StaticFile | null;
}

/**
 * The built renderer. Files are listed once and looked up by exact path, so no request can name a file
 * outside the folder. Errors: STORAGE when a page is missing.
 */
export function loadPages(folder: string): Result<Pages> {
  const files = new Map<string, StaticFile>();
  const html = new Map<WindowRole, string>();
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const path = `/${relative(folder, file).split(sep).join('/')}`;
      const type = TYPES[extname(file)];
      // Pages go out through html() alone, with a token and after the role was checked.
      if (type === undefined || extname(file) === '.html') continue;
      files.set(path, { file, type, immutable: path.startsWith('/assets/') });
    }
    for (const role of ROLES) {
      const text = readFileSync(join(folder, role, 'index.html'), 'utf8');
      if (!/<head[^>]*>/i.test(text)) return notBuilt(folder);
      html.set(role, text);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return notBuilt(folder);
    throw error;
  }
  return ok({
    roleOf: (path) => {
      const match = /^\/([a-z]+)\/(?:index\.html)?$/.exec(path);
      return ROLES.find((role) => role === match?.[1]) ?? null;
    },
    html: (role, token) =>
      (html.get(role) ?? '').replace(
        /<head[^>]*>/i,
        (head) => `${head}<meta name="hark-window" content="${token}">`,
      ),
    file: (path) => files.get(path) ?? null,
  });
}

const notBuilt = (folder: string) =>
  fail('STORAGE', `Hark's pages are not built: ${folder} lacks them. Run: npm run build`);

/** A page without scripts or styles that says what is wrong and what to do. Texts are escaped. */
export function messagePage(title: string, words: string): string {
  const safe = (text: string): string =>
    text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${safe(title)} · Hark</title></head><body><main><h1>${safe(title)}</h1><p>${safe(words)}</p></main></body></html>`;
}
