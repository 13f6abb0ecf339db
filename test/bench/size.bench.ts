import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

/* Bundle sizes: main in one file, and what each window loads before its first paint. Goals: 500 and 300 KB gzipped. */

const out = resolve(import.meta.dirname, '../../out');
const kb = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KB`;
const report = (name: string, texts: Buffer[], goal: number): void => {
  const raw = texts.reduce((n, t) => n + t.length, 0);
  const packed = texts.reduce((n, t) => n + gzipSync(t).length, 0);
  console.log(
    `${name.padEnd(28)} ${kb(raw).padStart(9)}   gzipped ${kb(packed).padStart(8)}   goal ${goal} KB gzipped: ${packed <= goal * 1024 ? 'met' : 'MISSED'}`,
  );
};

report('main (Electron host)', [readFileSync(join(out, 'main/main.js'))], 500);
report('browser host', [readFileSync(join(out, 'browser/main.js'))], 500);
report('embedded backend', [readFileSync(join(out, 'server/server.js'))], 500);
for (const role of ['chat', 'settings', 'admin']) {
  const page = join(out, 'renderer', role, 'index.html');
  const html = readFileSync(page, 'utf8');
  const scripts = [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map((m) => m[1]);
  report(
    `${role} window, first load`,
    scripts.map((path) => readFileSync(join(dirname(page), path ?? ''))),
    300,
  );
}
