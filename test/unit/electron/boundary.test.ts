import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import ts from 'typescript';

const root = path.join(import.meta.dirname, '..', '..', '..');

/** Every module a file names, in whatever way: import, export from, import(), import type, require. */
function modulesOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    )
      found.push(node.moduleSpecifier.text);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      found.push(node.argument.getText().slice(1, -1));
    if (ts.isCallExpression(node)) {
      const called = node.expression.getText();
      const [first] = node.arguments;
      if (/^(import|require|createRequire\(.*\))$/.test(called) && first && ts.isStringLiteral(first))
        found.push(first.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('the Electron boundary', async () => {
  const files: string[] = [];
  for await (const file of glob('src/**/*.{ts,tsx}', { cwd: root }))
    files.push(file.split(path.sep).join('/'));

  it('is looked at in every source file', () => {
    expect(files).toEqual(expect.arrayContaining(['src/main/app.ts', 'src/main/electron/main.ts']));
  });
  it('is crossed by src/main/electron alone, or the other host would not start', () => {
    const crossing = files.filter(
      (file) =>
        !file.startsWith('src/main/electron/') &&
        modulesOf(path.join(root, file)).some((name) => /^electron(-store)?(\/|$)/.test(name)),
    );
    expect(crossing).toEqual([]);
  });
  it('keeps the host out of the domains: nobody imports from src/main/electron', () => {
    const reaching = files.filter(
      (file) =>
        !file.startsWith('src/main/electron/') &&
        modulesOf(path.join(root, file)).some(
          (name) =>
            name.startsWith('.') &&
            path.posix.join(path.posix.dirname(file), name).startsWith('src/main/electron/'),
        ),
    );
    expect(reaching).toEqual([]);
  });
  it('gives pages no ipcRenderer and no channel but two', () => {
    const preload = readFileSync(path.join(root, 'src/main/electron/preload.ts'), 'utf8');
    expect(preload.match(/exposeInMainWorld/g)).toHaveLength(1);
    expect(preload.match(/ipcRenderer\.\w+\(\s*\w+/g)).toEqual([
      'ipcRenderer.invoke(REQUEST_CHANNEL',
      'ipcRenderer.on(EVENT_CHANNEL',
    ]);
  });
});
