import * as z from 'zod';
import { answer, refuse } from '../http/answer.ts';
import { route, type Route } from '../http/router.ts';
import type { ServerContext } from '../context.ts';
import { cleanBaseUrl } from './connections.ts';
import { listModels } from './openai-endpoint.ts';
import type { UpstreamHttp } from './upstream-http.ts';

const VERIFY_TIMEOUT_MS = 10_000;
const endpointConfig = z.looseObject({
  enable: z.boolean().optional(),
  prefix_id: z.string().max(100).optional(),
});

/** The models on offer, and the admin's connections to endpoints. */
export function modelRoutes(context: ServerContext, http: UpstreamHttp): Route[] {
  const { models, connections } = context;
  const list = (path: string) =>
    route({
      method: 'GET',
      path,
      access: 'verified',
      handle: async ({ query }) => answer({ data: await models.list(query.get('refresh') === 'true') }),
    });

  return [
    list('/api/models'),
    list('/api/v1/models'),
    route({
      method: 'GET',
      path: '/openai/config',
      access: 'admin',
      handle: async () => answer(await connections.view(await models.discovered())),
    }),
    route({
      method: 'POST',
      path: '/openai/config/update',
      access: 'admin',
      body: z.object({
        ENABLE_OPENAI_API: z.boolean().nullish(),
        OPENAI_API_BASE_URLS: z.array(z.string().max(8192)).max(100),
        OPENAI_API_KEYS: z.array(z.string().max(10_000)).max(100),
        OPENAI_API_CONFIGS: z.record(z.string(), endpointConfig).default({}),
      }),
      handle: async (_call, body) => {
        const next = new Map<string, { url: string; key: string; config: z.infer<typeof endpointConfig> }>();
        for (const [i, text] of body.OPENAI_API_BASE_URLS.entries()) {
          const cleaned = cleanBaseUrl(text);
          if ('words' in cleaned) return refuse(400, cleaned.words);
          const config = body.OPENAI_API_CONFIGS[String(i)] ?? body.OPENAI_API_CONFIGS[text] ?? {};
          // Found by itself, it is found again; only "not this one" needs keeping.
          if (config.discovered === true && config.enable !== false) continue;
          next.set(cleaned.url, { url: cleaned.url, key: body.OPENAI_API_KEYS[i] ?? '', config });
        }
        const enabled = body.ENABLE_OPENAI_API ?? connections.enabled();
        const saved = await connections.save({ enabled, connections: [...next.values()] });
        if (!saved.ok) return refuse(500, saved.error.message);
        models.forget();
        return answer(await connections.view(await models.discovered()));
      },
    }),
    route({
      method: 'POST',
      path: '/openai/verify',
      access: 'admin',
      body: z.looseObject({ url: z.string().max(8192), key: z.string().max(10_000).nullish() }),
      handle: async (_call, body) => {
        const cleaned = cleanBaseUrl(body.url);
        if ('words' in cleaned) return refuse(400, cleaned.words);
        const key = await connections.keyFor(cleaned.url, body.key ?? null);
        const found = await listModels(http, { url: cleaned.url, key }, VERIFY_TIMEOUT_MS);
        if (!found.ok) return refuse(400, found.error.message);
        return answer({ object: 'list', data: found.data });
      },
    }),
  ];
}
