import { readFileSync, renameSync } from 'node:fs';

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Looks at a settings file before it is opened. A file that is not a JSON object (cut off by a crash, edited
 * by hand) is renamed to `<file>.broken-<time>`, so that nothing is lost and the app starts.
 * @returns where the file was put, or null when it was fine or absent
 * @throws the system's error when the file can be neither read nor moved
 */
export function putAsideBroken(file: string, now: number): string | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    if (isObject(JSON.parse(text))) return null;
  } catch {
    // not JSON at all: put aside below
  }
  const aside = `${file}.broken-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`;
  renameSync(file, aside);
  return aside;
}
