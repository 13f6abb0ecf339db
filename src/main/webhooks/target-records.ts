import type { DatabaseSync } from 'node:sqlite';
import { createStatements } from '../db/statements.ts';
import type { ReceiverKind } from '../../shared/webhooks.ts';
import type { AddressClass } from './address.ts';

/** What the outbox remembers of a target beside its rows. Neither URL nor secret. Times in ms. */
export interface TargetRecord {
  /** For the log, also after the target was deleted. */
  label: { name: string; kind: ReceiverKind; urlMasked: string } | null;
  /** The receiver asked to be left alone until then, `ms` after it said so, at this URL (hashed). */
  block: { until: number; ms: number; url: string } | null;
  /** Where this URL (hashed) led when it first answered. */
  bound: { class: AddressClass; url: string } | null;
}

/** The targets table. Every function may throw a database error; none opens a transaction. */
export interface TargetRecords {
  read: (id: string) => TargetRecord;
  setLabel: (id: string, label: NonNullable<TargetRecord['label']>) => void;
  setBlock: (id: string, block: TargetRecord['block']) => void;
  setBound: (id: string, bound: NonNullable<TargetRecord['bound']>) => void;
}

/** The targets table of a database that `deliveryMigrations` have shaped. */
export function createTargetRecords(db: DatabaseSync): TargetRecords {
  const { run, get } = createStatements(db);
  return {
    read: (id) => {
      const raw = get(`SELECT * FROM targets WHERE id = ?`, id);
      if (!raw) return { label: null, block: null, bound: null };
      const { name, kind, url_masked, blocked_until, blocked_ms, blocked_url, bound_class, bound_url } =
        raw as {
          [column: string]: unknown;
          name: string | null;
          kind: ReceiverKind;
          url_masked: string;
          blocked_until: number | null;
          blocked_ms: number;
          blocked_url: string;
          bound_class: AddressClass | null;
          bound_url: string;
        };
      return {
        label: name === null ? null : { name, kind, urlMasked: url_masked },
        block: blocked_until === null ? null : { until: blocked_until, ms: blocked_ms, url: blocked_url },
        bound: bound_class === null ? null : { class: bound_class, url: bound_url },
      };
    },
    setLabel: (id, { name, kind, urlMasked }) => {
      run(
        `INSERT INTO targets (id, name, kind, url_masked) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET name = ?2, kind = ?3, url_masked = ?4`,
        id,
        name,
        kind,
        urlMasked,
      );
    },
    setBlock: (id, block) => {
      run(
        `INSERT INTO targets (id, blocked_until, blocked_ms, blocked_url) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET blocked_until = ?2, blocked_ms = ?3, blocked_url = ?4`,
        id,
        block?.until ?? null,
        block?.ms ?? null,
        block?.url ?? null,
      );
    },
    setBound: (id, bound) => {
      run(
        `INSERT INTO targets (id, bound_class, bound_url) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET bound_class = ?2, bound_url = ?3`,
        id,
        bound.class,
        bound.url,
      );
    },
  };
}
