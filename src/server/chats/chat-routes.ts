import * as z from 'zod';
import { answer, notFoundHere, refuse, type Answer } from '../http/answer.ts';
import { readQuery } from '../http/body.ts';
import { MEGABYTE, route, type Call, type Route } from '../http/router.ts';
import type { ServerContext } from '../context.ts';
import { CHATS_PER_PAGE, listItem, type ChatRow } from './chat-store.ts';
import { wireChat } from './message.ts';
import { readSearchText } from './search.ts';
import { tagId } from './tag-store.ts';

const page = z.coerce.number().int().min(1).max(10_000_000);
const flag = z
  .enum(['true', 'false', '1', '0', 'True', 'False'])
  .default('false')
  .transform((text) => text.toLowerCase() === 'true' || text === '1');
const listQuery = z.object({ page: page.optional(), include_pinned: flag, include_folders: flag });
const chatForm = z.object({ chat: wireChat, folder_id: z.string().max(200).nullish() });
/** A chat with pictures inside is large. */
const CHAT_LIMIT = 20 * MEGABYTE;

/** Chats of the caller, at /api/v1/chats. What is missing or another's is 401, as in Open WebUI. */
export function chatRoutes(context: ServerContext): Route[] {
  const { chats, folders, tags, search, tasks, hub } = context;
  const base = '/api/v1/chats';

  const full = (row: ChatRow): Answer => answer(chats.response(row, tags.idsOfChat(row.n)));
  /** A route on one own chat; `then` may change it, and answers with the chat as it is afterwards unless told. */
  const onChat = (
    method: 'GET' | 'POST',
    path: string,
    then: (row: ChatRow, call: Call<'verified'>) => Answer | undefined | Promise<Answer | undefined>,
  ): Route =>
    route({
      method,
      path: `${base}/:id${path}`,
      access: 'verified',
      handle: async (call) => {
        const row = chats.get(call.user.id, call.params.id ?? '');
        if (!row) return notFoundHere();
        const done = await then(row, call);
        if (done) return done;
        const fresh = chats.get(call.user.id, row.id);
        return fresh ? full(fresh) : notFoundHere();
      },
    });
  const list = (path: string) =>
    route({
      method: 'GET',
      path: base + path,
      access: 'verified',
      handle: ({ user, query }) => {
        const parsed = readQuery(query, listQuery);
        if (!parsed.ok) return parsed.answer;
        const { page: number, include_pinned: pinned, include_folders: inFolders } = parsed.value;
        return answer(
          chats.list(user.id, { page: number ?? null, pinned, inFolders, archived: false }).map(listItem),
        );
      },
    });

  return [
    list('/'),
    list('/list'),
    route({
      method: 'GET',
      path: `${base}/pinned`,
      access: 'verified',
      handle: ({ user }) => answer(chats.pinned(user.id).map(listItem)),
    }),
    route({
      method: 'GET',
      path: `${base}/archived`,
      access: 'verified',
      handle: ({ user, query }) => {
        const parsed = readQuery(query, z.object({ page: page.optional() }));
        if (!parsed.ok) return parsed.answer;
        const options = { page: parsed.value.page ?? 1, pinned: true, inFolders: true, archived: true };
        return answer(chats.list(user.id, options).map(listItem));
      },
    }),
    route({
      method: 'GET',
      path: `${base}/search`,
      access: 'verified',
      handle: ({ user, query }) => {
        const parsed = readQuery(
          query,
          z.object({ text: z.string().max(2000).default(''), page: page.default(1) }),
        );
        if (!parsed.ok) return parsed.answer;
        const { words, filter, shared } = readSearchText(parsed.value.text);
        // Nothing can be shared here, so nothing is.
        if (shared) return answer([]);
        const skip = (parsed.value.page - 1) * CHATS_PER_PAGE;
        const numbers = search.find(user.id, words, filter, skip, CHATS_PER_PAGE);
        const items = numbers
          ? chats.byNumbers(numbers)
          : chats.byTitle(user.id, words, filter, skip, CHATS_PER_PAGE);
        return answer(items.map(listItem));
      },
    }),
    route({
      method: 'POST',
      path: `${base}/new`,
      access: 'verified',
      body: chatForm,
      limit: CHAT_LIMIT,
      handle: ({ user }, body) => {
        if (body.folder_id && !folders.get(user.id, body.folder_id))
          return refuse(404, 'The folder does not exist.');
        const row = chats.create(user.id, body.chat, { folderId: body.folder_id ?? null });
        hub.chatsChanged(user.id, row.id);
        return full(row);
      },
    }),
    onChat('GET', '', () => undefined),
    route({
      method: 'POST',
      path: `${base}/:id`,
      access: 'verified',
      body: chatForm.omit({ folder_id: true }),
      limit: CHAT_LIMIT,
      handle: ({ user, params }, body) => {
        const row = chats.get(user.id, params.id ?? '');
        if (!row) return notFoundHere();
        chats.update(row, body.chat);
        hub.chatsChanged(user.id, row.id);
        const fresh = chats.get(user.id, row.id);
        return fresh ? full(fresh) : notFoundHere();
      },
    }),
    route({
      method: 'DELETE',
      path: `${base}/:id`,
      access: 'verified',
      handle: async ({ user, params }) => {
        const row = chats.get(user.id, params.id ?? '');
        if (!row) return refuse(chats.exists(params.id ?? '') ? 401 : 404, 'This chat does not exist.');
        await tasks.stopChat(row.id, 'deleted');
        chats.remove(row);
        hub.chatsChanged(user.id, row.id);
        return answer(true);
      },
    }),
    route({
      method: 'DELETE',
      path: `${base}/`,
      access: 'verified',
      handle: async ({ user }) => {
        await tasks.stopUser(user.id);
        chats.removeAll(user.id);
        return answer(true);
      },
    }),
    onChat('POST', '/pin', (row) => {
      chats.togglePin(row);
      return undefined;
    }),
    onChat('GET', '/pinned', (row) => answer(row.pinned === 1)),
    onChat('POST', '/archive', async (row) => {
      if (row.archived === 0) await tasks.stopChat(row.id, 'stopped');
      chats.toggleArchive(row);
      return undefined;
    }),
    route({
      method: 'POST',
      path: `${base}/:id/folder`,
      access: 'verified',
      body: z.object({ folder_id: z.string().max(200).nullish() }),
      handle: ({ user, params }, body) => {
        const row = chats.get(user.id, params.id ?? '');
        if (!row) return notFoundHere();
        if (body.folder_id && !folders.get(user.id, body.folder_id))
          return refuse(404, 'The folder does not exist.');
        chats.setFolder(row, body.folder_id ?? null);
        const fresh = chats.get(user.id, row.id);
        return fresh ? full(fresh) : notFoundHere();
      },
    }),

    route({
      method: 'GET',
      path: `${base}/all/tags`,
      access: 'verified',
      handle: ({ user }) => answer(tags.all(user.id)),
    }),
    route({
      method: 'POST',
      path: `${base}/tags`,
      access: 'verified',
      body: z.object({
        name: z.string().max(200),
        skip: z.int().min(0).default(0),
        limit: z.int().min(1).max(1000).default(50),
      }),
      handle: ({ user }, body) => {
        const filter = { tags: [tagId(body.name)] };
        return answer(chats.byTitle(user.id, '', filter, body.skip, body.limit).map(listItem));
      },
    }),
    onChat('GET', '/tags', (row) => answer(tags.ofChat(row.n))),
    tagChange('POST', ({ user }, row, name) => {
      if (tagId(name) === 'none') return refuse(400, 'A tag cannot be called "none".');
      tags.add(user.id, row.n, name);
      return answer(tags.ofChat(row.n));
    }),
    tagChange('DELETE', ({ user }, row, name) => {
      tags.remove(user.id, row.n, name);
      return answer(tags.ofChat(row.n));
    }),
    route({
      method: 'DELETE',
      path: `${base}/:id/tags/all`,
      access: 'verified',
      handle: ({ user, params }) => {
        const row = chats.get(user.id, params.id ?? '');
        if (!row) return notFoundHere();
        tags.removeAll(user.id, row.n);
        return answer(true);
      },
    }),
  ];

  function tagChange(
    method: 'POST' | 'DELETE',
    then: (call: Call<'verified'>, row: ChatRow, name: string) => Answer,
  ): Route {
    return route({
      method,
      path: `${base}/:id/tags`,
      access: 'verified',
      body: z.object({ name: z.string().trim().min(1, 'Enter a tag.').max(200) }),
      handle: (call, body) => {
        const row = chats.get(call.user.id, call.params.id ?? '');
        return row ? then(call, row, body.name) : notFoundHere();
      },
    });
  }
}
