import type { DatabaseSync } from 'node:sqlite';
import type * as z from 'zod';

/** Settings of the server by key, JSON inside. */
export interface ConfigStore {
  /** The stored value when it still fits the schema, else the fallback. */
  get: <T>(key: string, schema: z.ZodType<T>, fallback: T) => T;
  set: (key: string, value: unknown) => void;
}

export function createConfigStore(db: DatabaseSync): ConfigStore {
  const read = db.prepare('SELECT value FROM config WHERE key = ?');
  const write = db.prepare(
    'INSERT INTO config (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  return {
    get: (key, schema, fallback) => {
      const row = read.get(key) as { value: string } | undefined;
      if (!row) return fallback;
      const parsed = schema.safeParse(parseJson(row.value));
      return parsed.success ? parsed.data : fallback;
    },
    set: (key, value) => void write.run(key, JSON.stringify(value)),
  };
}

/** JSON of a column; null for what is no JSON, so that one damaged row does not stop a list. */
export function parseJson(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The same, for columns that hold an object. */
export function parseObject(text: string | null): Record<string, unknown> {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
