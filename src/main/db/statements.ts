import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

export type Raw = Record<string, unknown>;

/** SQL run by its text, each text prepared once. Every function may throw a database error. */
export interface Statements {
  /** Rows changed. */
  run: (sql: string, ...values: SQLInputValue[]) => number;
  get: (sql: string, ...values: SQLInputValue[]) => Raw | undefined;
  all: (sql: string, ...values: SQLInputValue[]) => Raw[];
  prepare: (sql: string) => StatementSync;
}

/** Caches prepared statements over one database; texts must be constants, never built from data. */
export function createStatements(db: DatabaseSync): Statements {
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    let statement = prepared.get(sql);
    if (!statement) prepared.set(sql, (statement = db.prepare(sql)));
    return statement;
  };
  return {
    prepare,
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    get: (sql, ...values) => prepare(sql).get(...values),
    all: (sql, ...values) => prepare(sql).all(...values),
  };
}
