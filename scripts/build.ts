import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { InlineConfig } from 'vite';

/*
 * Builds what is not up to date into out/. A part is up to date when the hash of everything it may be made
 * from (its source folders, the lock file, this file) is the one noted at its last build and its result exists.
 */

const root = resolve(import.meta.dirname, '..');
const out = (...names: string[]): string => join(root, 'out', ...names);
const noteFile = out('.built.json');

interface Part {
  name: string;
  /** Files and folders that the result may depend on. */
  inputs: string[];
  /** Files that must exist afterwards. */
  results: string[];
  build: () => Promise<void>;
}

/** One bundle for Node or Electron's main process: everything inside, but built-ins and Electron itself. */
function nodeBundle(entry: string, result: string, format: 'es' | 'cjs'): () => Promise<void> {
  return async () => {
    const { build } = await import('vite');
    const config: InlineConfig = {
      root,
      configFile: false,
      envDir: false,
      publicDir: false,
      logLevel: 'warn',
      mode: 'production',
      define: { 'process.env.NODE_ENV': '"production"' },
      resolve: { conditions: ['node', 'import', 'module', 'default'], mainFields: ['module', 'main'] },
      ssr: { noExternal: true, target: 'node' },
      build: {
        ssr: join(root, entry),
        target: 'node24',
        outDir: join(root, result, '..'),
        emptyOutDir: true,
        minify: true,
        sourcemap: false,
        rolldownOptions: {
          platform: 'node',
          // bufferutil and utf-8-validate are native extras that ws does without.
          external: [
            'electron',
            'bufferutil',
            'utf-8-validate',
            ...builtinModules,
            ...builtinModules.map((name) => `node:${name}`),
          ],
          output: {
            format,
            entryFileNames: result.slice(result.lastIndexOf('/') + 1),
            codeSplitting: false,
          },
        },
      },
    };
    await build(config);
  };
}

const nodePart = (
  name: string,
  entry: string,
  result: string,
  inputs: string[],
  format: 'es' | 'cjs' = 'es',
): Part => ({
  name,
  inputs: [entry, ...inputs],
  results: [result],
  build: nodeBundle(entry, result, format),
});

const parts: Part[] = [
  nodePart('the desktop host', 'src/main/electron/main.ts', 'out/main/main.js', ['src/main', 'src/shared']),
  nodePart(
    'the preload script',
    'src/main/electron/preload.ts',
    'out/preload/preload.cjs',
    ['src/main', 'src/shared'],
    'cjs',
  ),
  nodePart('the browser host', 'src/main/browser/main.ts', 'out/browser/main.js', ['src/main', 'src/shared']),
  nodePart('the server', 'src/server/main.ts', 'out/server/server.js', [
    'src/server',
    'src/main',
    'src/shared',
  ]),
  {
    name: 'the windows',
    inputs: ['vite.renderer.config.ts', 'src/renderer', 'src/shared'],
    results: ['chat', 'settings', 'admin'].map((role) => `out/renderer/${role}/index.html`),
    build: async () => {
      const { build } = await import('vite');
      await build({
        configFile: join(root, 'vite.renderer.config.ts'),
        logLevel: 'warn',
        build: { chunkSizeWarningLimit: 4_000 },
      });
    },
  },
];

function filesUnder(path: string): string[] {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  try {
    return readdirSync(full, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [full];
    throw error;
  }
}

function hashOf(part: Part): string {
  const hash = createHash('sha256');
  for (const input of [...part.inputs, 'package.json', 'package-lock.json', 'scripts/build.ts'])
    for (const file of filesUnder(input))
      hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function readNotes(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(noteFile, 'utf8')) as Record<string, string>;
  } catch {
    return {}; // no build yet, or one cut short: everything is built
  }
}

const { values } = parseArgs({ options: { force: { type: 'boolean', default: false } } });
const notes = values.force ? {} : readNotes();
const failed: string[] = [];
for (const part of parts) {
  const hash = hashOf(part);
  const complete = (): boolean => part.results.every((result) => existsSync(join(root, result)));
  if (notes[part.name] === hash && complete()) continue;
  const started = performance.now();
  try {
    await part.build();
    if (!complete()) throw new Error(`it made no ${part.results.join(', ')}`);
    notes[part.name] = hash;
    console.log(`Built ${part.name} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    rmSync(noteFile, { force: true });
    notes[part.name] = '';
    failed.push(part.name);
    console.error(
      `Could not build ${part.name}:\n${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
  mkdirSync(out(), { recursive: true });
  writeFileSync(noteFile, JSON.stringify(notes, null, 2));
}
if (failed.length > 0) {
  console.error(`Not built: ${failed.join(', ')}.`);
  process.exitCode = 1;
}
