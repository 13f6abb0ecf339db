import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Vault } from '../../main/ports.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { ConfigStore } from '../store/config.ts';

/** An endpoint an admin entered. The key lies in the vault. */
const stored = z.object({
  url: z.string(),
  config: z.looseObject({
    enable: z.boolean().optional(),
    prefix_id: z.string().optional(),
    /** Found rather than entered; stored only once it is switched off. */
    discovered: z.boolean().optional(),
  }),
});
type Stored = z.infer<typeof stored>;
export interface Connection extends Stored {
  enabled: boolean;
  key: string | null;
}

/** Stands for a stored key in answers; sent back, it keeps the key. */
export const KEPT_KEY = '••••••••';

const shape = z.object({ enabled: z.boolean(), connections: z.array(stored) });
const KEY = 'openai';

export interface ConnectionStore {
  enabled: () => boolean;
  /** With their keys: for requests to the endpoints only. */
  list: () => Promise<Connection[]>;
  /** As GET /openai/config shows them, keys masked, what was found by itself after what was entered. */
  view: (discovered: string[]) => Promise<{
    ENABLE_OPENAI_API: boolean;
    OPENAI_API_BASE_URLS: string[];
    OPENAI_API_KEYS: string[];
    OPENAI_API_CONFIGS: Record<string, Stored['config']>;
  }>;
  /** Saves the whole list. A key equal to KEPT_KEY keeps the one stored for that URL. */
  save: (next: { enabled: boolean; connections: (Stored & { key: string })[] }) => Promise<Result<null>>;
  /** The key to use for a URL: the one given, or the stored one. */
  keyFor: (url: string, given: string | null) => Promise<string | null>;
}

/** The base URL as it is stored: trimmed, no trailing slash. Null with words when it cannot be one. */
export function cleanBaseUrl(text: string): { url: string } | { words: string } {
  const trimmed = text.trim().replace(/\/+$/, '');
  if (!URL.canParse(trimmed))
    return { words: `"${trimmed}" is no address. Enter one like http://localhost:11434/v1.` };
  const url = new URL(trimmed);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { words: 'The address must begin with http:// or https://.' };
  if (url.username !== '' || url.password !== '')
    return { words: 'Leave name and password out of the address and enter the key as the key.' };
  if (url.search !== '' || url.hash !== '') return { words: 'The address must not hold a "?" or "#" part.' };
  return { url: trimmed };
}

/** Connections to OpenAI-compatible endpoints: the list in the config table, each key in the vault by its URL. */
export function createConnectionStore(config: ConfigStore, vault: Vault): ConnectionStore {
  const read = () => config.get(KEY, shape, { enabled: true, connections: [] });
  const secretName = (url: string) =>
    `openai-key:${createHash('sha256').update(url).digest('hex').slice(0, 32)}`;
  const list = () =>
    Promise.all(
      read().connections.map(async (c): Promise<Connection> => ({
        ...c,
        enabled: c.config.enable !== false,
        key: await vault.get(secretName(c.url)),
      })),
    );

  return {
    enabled: () => read().enabled,
    list,
    view: async (discovered) => {
      const found = discovered.map((url) => ({
        url,
        config: { discovered: true },
        enabled: true,
        key: null,
      }));
      const all: Connection[] = [...(await list()), ...found];
      return {
        ENABLE_OPENAI_API: read().enabled,
        OPENAI_API_BASE_URLS: all.map((c) => c.url),
        OPENAI_API_KEYS: all.map((c) => (c.key ? KEPT_KEY : '')),
        OPENAI_API_CONFIGS: Object.fromEntries(
          all.map((c, i) => [String(i), { ...c.config, enable: c.enabled }]),
        ),
      };
    },
    save: async ({ enabled, connections }) => {
      const kept = new Set(connections.map((c) => c.url));
      for (const { url, key } of connections) {
        if (key === KEPT_KEY) continue;
        const done = key === '' ? await vault.delete(secretName(url)) : await vault.set(secretName(url), key);
        if (!done.ok) return done;
      }
      for (const { url } of read().connections) {
        if (kept.has(url)) continue;
        const done = await vault.delete(secretName(url));
        if (!done.ok) return done;
      }
      config.set(KEY, {
        enabled,
        connections: connections.map(({ url, config: c }) => ({ url, config: c })),
      });
      return ok(null);
    },
    keyFor: async (url, given) =>
      given === null || given === KEPT_KEY ? vault.get(secretName(url)) : given === '' ? null : given,
  };
}
