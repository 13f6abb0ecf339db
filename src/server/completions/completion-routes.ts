import { once } from 'node:events';
import * as z from 'zod';
import { answer, refuse, type Answer } from '../http/answer.ts';
import { MEGABYTE, route, type Call, type Route } from '../http/router.ts';
import type { ServerContext } from '../context.ts';
import type { Completion, ModelPiece } from '../models/model-source.ts';
import { completionForm, modelRequest, type CompletionForm } from './request.ts';
import { makeTitle, plainTitle } from './title.ts';
import { isTemporary, openTurn } from './turn.ts';

/** A long conversation with pictures inside. */
const COMPLETION_LIMIT = 20 * MEGABYTE;

/** Completions in all of Open WebUI's modes, and the tasks they run as. */
export function completionRoutes(context: ServerContext): Route[] {
  const { models, tasks, chats, hub } = context;

  /** The server keeps the chat: answers at once with a session, at the end without one. */
  const background = async (call: Call<'verified'>, form: CompletionForm): Promise<Answer> => {
    const turn = openTurn(context, call.user, form);
    if (turn === 'not_found') return refuse(404, "We could not find what you're looking for.");
    const started = tasks.start(turn);
    if (turn.isNew) hub.chatsChanged(call.user.id, turn.chatId);
    if (form.session_id) return answer({ status: true, task_ids: started.taskIds, chat_id: turn.chatId });
    await started.finished;
    return answer(null);
  };

  /** The caller keeps the chat: OpenAI's own answer, streamed or whole. */
  const direct = async (call: Call<'verified'>, form: CompletionForm): Promise<Answer> => {
    const request = modelRequest(form, form.model, form.messages ?? [], form.stream === true);
    const completion = await models.complete(request, call.gone);
    switch (completion.kind) {
      case 'refused':
        return refused(completion);
      case 'whole':
        return answer(completion.body);
      case 'stream':
        await writeStream(call, completion.pieces);
        return 'streamed';
    }
  };

  const complete = (path: string) =>
    route({
      method: 'POST',
      path,
      access: 'verified',
      body: completionForm,
      limit: COMPLETION_LIMIT,
      handle: async (call, form) => {
        for (const model of form.message_ids ? Object.keys(form.message_ids) : [form.model])
          if (!(await models.find(model))) return refuse(400, 'Model not found');
        const opensChat = form.parent_id === null && !form.chat_id;
        const named = form.id ?? form.message_ids;
        return named && (form.chat_id || opensChat) ? background(call, form) : direct(call, form);
      },
    });

  const mayStop = (call: Call<'verified'>, chatId: string): boolean =>
    isTemporary(chatId)
      ? tasks.list(chatId).every((id) => tasks.ownerOf(id) === call.user.id)
      : chats.get(call.user.id, chatId) !== null;

  return [
    complete('/api/chat/completions'),
    complete('/api/v1/chat/completions'),
    route({
      method: 'GET',
      path: '/api/tasks',
      access: 'admin',
      handle: () => answer({ tasks: tasks.list() }),
    }),
    route({
      method: 'GET',
      path: '/api/tasks/chat/:id',
      access: 'verified',
      handle: (call) => {
        const id = call.params.id ?? '';
        return answer({ task_ids: mayStop(call, id) ? tasks.list(id) : [] });
      },
    }),
    route({
      method: 'POST',
      path: '/api/tasks/chat/:id/stop',
      access: 'verified',
      handle: async (call) => {
        const id = call.params.id ?? '';
        if (!mayStop(call, id)) return refuse(404, "We could not find what you're looking for.");
        const count = tasks.list(id).length;
        await tasks.stopChat(id, 'stopped');
        return answer({
          status: true,
          message: count > 0 ? 'All tasks of the chat were stopped.' : 'No task was running.',
        });
      },
    }),
    route({
      method: 'POST',
      path: '/api/tasks/stop/:id',
      access: 'verified',
      handle: async (call) => {
        const id = call.params.id ?? '';
        const owner = tasks.ownerOf(id);
        if (owner === null || (owner !== call.user.id && call.user.role !== 'admin'))
          return refuse(404, 'The task does not exist or has ended.');
        await tasks.stopTask(id);
        return answer({ status: true, message: 'The task was stopped.' });
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/tasks/title/completions',
      access: 'verified',
      body: z.looseObject({
        model: z.string().max(1000),
        messages: z.array(z.looseObject({})).max(100_000).optional(),
        prompt: z.string().optional(),
      }),
      limit: COMPLETION_LIMIT,
      handle: async (call, body) => {
        if (!(await models.find(body.model))) return refuse(404, 'Model not found');
        const messages = body.messages ?? [{ role: 'user', content: body.prompt ?? '' }];
        const made = await makeTitle(models, body.model, messages, call.gone);
        const first = messages.find((message) => message.role === 'user')?.content;
        const title = made ?? plainTitle(typeof first === 'string' ? first : '');
        return answer({
          id: 'title',
          object: 'chat.completion',
          model: body.model,
          choices: [
            {
              index: 0,
              message: { role: 'assistant', content: JSON.stringify({ title }) },
              finish_reason: 'stop',
            },
          ],
        });
      },
    }),
  ];
}

function refused(completion: Extract<Completion, { kind: 'refused' }>): Answer {
  const wait = completion.retryAfterSeconds;
  return refuse(completion.status, completion.words, wait ? { 'retry-after': String(wait) } : undefined);
}

/** Writes OpenAI's event stream, no faster than the client reads. An error is a frame of its own, and the last one. */
async function writeStream(call: Call, pieces: AsyncIterable<ModelPiece>): Promise<void> {
  const { res, gone } = call;
  res.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  res.flushHeaders();
  const write = async (data: string): Promise<void> => {
    if (!res.write(`data: ${data}\n\n`)) await once(res, 'drain', { signal: gone });
  };
  try {
    for await (const piece of pieces) {
      if (gone.aborted) return;
      if ('error' in piece) {
        await write(JSON.stringify({ error: { message: piece.error } }));
        res.end();
        return;
      }
      await write(JSON.stringify(piece.chunk));
    }
    if (!gone.aborted) await write('[DONE]');
    res.end();
  } catch (error) {
    // The client hung up while its buffer was full: nobody is left to tell.
    if (!gone.aborted) throw error;
  }
}
