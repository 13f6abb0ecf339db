import * as z from 'zod';
import { answer, refuse, type Answer } from '../http/answer.ts';
import { readQuery } from '../http/body.ts';
import { route, type Route } from '../http/router.ts';
import type { ServerContext } from '../context.ts';
import type { AppError } from '../../shared/result.ts';

const url = z.string().max(32_768);
const refuseBy = (error: AppError): Answer =>
  refuse(
    error.code === 'STORAGE' || error.code === 'INTERNAL' ? 500 : error.code === 'NOT_FOUND' ? 404 : 400,
    error.message,
  );

/** The sign-up webhook as Open WebUI has it, and Hark's own view of it: masked URL, test, delivery log. */
export function webhookRoutes({ webhook }: Pick<ServerContext, 'webhook'>): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/webhook',
      access: 'admin',
      handle: async () => answer({ url: await webhook.url() }),
    }),
    route({
      method: 'POST',
      path: '/api/webhook',
      access: 'admin',
      body: z.object({ url }),
      handle: async (_call, body) => {
        const saved = await webhook.save(body.url);
        return saved.ok ? answer({ url: await webhook.url() }) : refuseBy(saved.error);
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/hark/webhook',
      access: 'admin',
      handle: async () => answer(await webhook.view()),
    }),
    route({
      method: 'POST',
      path: '/api/v1/hark/webhook/test',
      access: 'admin',
      body: z.object({ url: url.nullish() }),
      handle: async (_call, body) => {
        const outcome = await webhook.test(body.url ?? null);
        return outcome.ok ? answer(outcome.data) : refuseBy(outcome.error);
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/hark/webhook/deliveries',
      access: 'admin',
      handle: ({ query }) => {
        const parsed = readQuery(
          query,
          z.object({ limit: z.coerce.number().int().min(1).max(500).default(20) }),
        );
        return parsed.ok ? answer(webhook.deliveries(parsed.value.limit)) : parsed.answer;
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/hark/webhook/deliveries/:id/redeliver',
      access: 'admin',
      handle: ({ params }) => {
        const done = webhook.redeliver(params.id ?? '');
        return done.ok ? answer(true) : refuseBy(done.error);
      },
    }),
  ];
}
