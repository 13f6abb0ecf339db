import type { Clock, Logger } from '../../main/ports.ts';
import type { Connection, ConnectionStore } from './connections.ts';
import { createDemoModel, DEMO_ENTRY } from './demo-model.ts';
import { createDiscovery, type Found, type UsualPlace } from './discovery.ts';
import type { Completion, CompletionRequest, ModelEntry } from './model-source.ts';
import { complete, listModels, type Endpoint, type ListedModel } from './openai-endpoint.ts';
import type { UpstreamHttp } from './upstream-http.ts';

export interface ModelRegistry {
  /** All models on offer; asks the endpoints again when the last answer is old or `force` is set. */
  list: (force?: boolean) => Promise<ModelEntry[]>;
  /** Null when no endpoint offers the model. */
  find: (id: string) => Promise<ModelEntry | null>;
  complete: (request: CompletionRequest, signal: AbortSignal) => Promise<Completion>;
  /** Base URLs of local servers found, without those entered or switched off by the admin. */
  discovered: () => Promise<string[]>;
  /** Connections changed: the next list is asked anew. */
  forget: () => void;
}

interface Offer {
  entry: ModelEntry;
  /** The id the endpoint itself knows; null for the demo model. */
  at: { endpoint: Endpoint; model: string } | null;
}

const FRESH_MS = 30_000;
const LIST_TIMEOUT_MS = 5_000;

/**
 * One list over the demo model, the entered connections and what runs on the usual local ports.
 * Where two offer the same id, the first keeps it and the others get their prefix or host before it.
 */
export function createModelRegistry(deps: {
  connections: ConnectionStore;
  http: UpstreamHttp;
  clock: Clock;
  log: Logger;
  /** Empty switches discovery off. */
  places: readonly UsualPlace[];
}): ModelRegistry {
  const { connections, http, clock, log } = deps;
  const demo = createDemoModel(clock);
  const discovery = createDiscovery(http, clock, deps.places);
  /** The last list of each entered endpoint: while it is down its models stay known, and asking says what is wrong. */
  const lastLists = new Map<string, ListedModel[]>();
  let known: { at: number; offers: Promise<Map<string, Offer>> } | null = null;

  const listOf = async (endpoint: Endpoint): Promise<ListedModel[]> => {
    const list = await listModels(http, endpoint, LIST_TIMEOUT_MS);
    if (list.ok) lastLists.set(endpoint.url, list.data);
    else
      log.warn('a connection gave no list of models', {
        host: new URL(endpoint.url).host,
        words: list.error.message,
      });
    return lastLists.get(endpoint.url) ?? [];
  };

  const notEntered = (found: Found[], all: Connection[]): Found[] => {
    const hosts = new Set(all.map((c) => loopbackHost(c.url)));
    return found.filter((place) => !hosts.has(loopbackHost(place.url)));
  };

  const gather = async (force: boolean): Promise<Map<string, Offer>> => {
    const all = await connections.list();
    const entered = connections.enabled() ? all.filter((c) => c.enabled) : [];
    const [lists, found] = await Promise.all([
      Promise.all(entered.map((c) => listOf(c))),
      discovery.find(force),
    ]);
    const offers = new Map<string, Offer>([[DEMO_ENTRY.id, { entry: DEMO_ENTRY, at: null }]]);
    const add = (
      model: ListedModel,
      endpoint: Endpoint,
      ownedBy: string,
      prefix: string,
      urlIdx?: number,
    ) => {
      const clash = offers.has(model.id);
      const id = clash ? `${prefix}.${model.id}` : model.id;
      if (offers.has(id)) return;
      offers.set(id, {
        entry: entryOf(
          id,
          clash ? `${model.name ?? model.id} (${prefix})` : (model.name ?? model.id),
          model,
          ownedBy,
          urlIdx,
        ),
        at: { endpoint, model: model.id },
      });
    };
    for (const [i, connection] of entered.entries()) {
      const fixed = connection.config.prefix_id;
      for (const model of lists[i] ?? []) {
        const endpoint = { url: connection.url, key: connection.key };
        const prefix = fixed ?? new URL(connection.url).host;
        if (fixed)
          offers.set(`${fixed}.${model.id}`, {
            entry: entryOf(`${fixed}.${model.id}`, model.name ?? model.id, model, 'openai', i),
            at: { endpoint, model: model.id },
          });
        else add(model, endpoint, 'openai', prefix, i);
      }
    }
    for (const place of notEntered(found, all))
      for (const model of place.models)
        add(model, { url: place.url, key: null }, place.ownedBy, place.ownedBy);
    return offers;
  };

  const offers = (force = false): Promise<Map<string, Offer>> => {
    if (force || !known || clock.monotonic() - known.at > FRESH_MS) {
      const asked = gather(force);
      known = { at: clock.monotonic(), offers: asked };
      // A failure is told to who asked, and not kept for the next.
      asked.catch(() => (known = null));
    }
    return known.offers;
  };
  const offer = async (id: string): Promise<Offer | null> =>
    (await offers()).get(id) ?? (await offers(true)).get(id) ?? null;

  return {
    list: async (force) => [...(await offers(force)).values()].map((o) => o.entry),
    find: async (id) => (await offer(id))?.entry ?? null,
    complete: async (request, signal) => {
      const chosen = await offer(request.model);
      if (!chosen) return { kind: 'refused', status: 400, words: 'Model not found' };
      if (!chosen.at) return demo.complete(request, signal);
      return complete(http, chosen.at.endpoint, { ...request, model: chosen.at.model }, signal);
    },
    discovered: async () => {
      const [found, all] = await Promise.all([discovery.find(false), connections.list()]);
      return notEntered(found, all).map((place) => place.url);
    },
    forget: () => {
      known = null;
      lastLists.clear();
    },
  };
}

function entryOf(id: string, name: string, model: ListedModel, ownedBy: string, urlIdx?: number): ModelEntry {
  return {
    id,
    name,
    object: 'model',
    created: model.created ?? 0,
    owned_by: ownedBy,
    connection_type: urlIdx === undefined ? 'local' : 'external',
    ...(urlIdx === undefined ? {} : { urlIdx }),
    info: { meta: { description: null, capabilities: {} }, params: {} },
    actions: [],
    tags: [],
  };
}

/** Host and port, with the names of this computer taken as one. */
function loopbackHost(text: string): string {
  const url = new URL(text);
  const host = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname) ? 'loopback' : url.hostname;
  return `${host}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
}
