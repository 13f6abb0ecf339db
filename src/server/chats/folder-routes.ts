import * as z from 'zod';
import { answer, refuse, type Answer } from '../http/answer.ts';
import { readQuery } from '../http/body.ts';
import { route, type Route } from '../http/router.ts';
import type { ServerContext } from '../context.ts';
import { listItem } from './chat-store.ts';
import { folderResponse } from './folder-store.ts';

const name = z.string().trim().min(1, 'Enter a name.').max(200);
const loose = z.record(z.string(), z.unknown()).nullish();
const parent = z.string().max(200).nullish();
const MISSING = refuse(404, 'The folder does not exist.');
const TAKEN = refuse(400, 'A folder of this name exists already.');
const FOLDER_PAGE = 10;

/** Folders of the caller, at /api/v1/folders, and the chats in them. */
export function folderRoutes(context: ServerContext): Route[] {
  const { chats, folders, tasks } = context;
  const base = '/api/v1/folders';
  const respond = (row: ReturnType<typeof folders.get>): Answer =>
    row ? answer(folderResponse(row)) : MISSING;

  const chatsIn = (path: string, paged: boolean) =>
    route({
      method: 'GET',
      path: `/api/v1/chats/folder/:id${path}`,
      access: 'verified',
      handle: ({ user, params, query }) => {
        const parsed = readQuery(query, z.object({ page: z.coerce.number().int().min(1).default(1) }));
        if (!parsed.ok) return parsed.answer;
        const row = folders.get(user.id, params.id ?? '');
        if (!row) return MISSING;
        const ids = paged ? [row.id] : folders.withChildren(row.id);
        return answer(
          chats.inFolder(user.id, ids, paged ? parsed.value.page : null, FOLDER_PAGE).map(listItem),
        );
      },
    });

  return [
    chatsIn('', false),
    chatsIn('/list', true),
    route({
      method: 'GET',
      path: `${base}/`,
      access: 'verified',
      handle: ({ user }) => answer(folders.list(user.id).map(folderResponse)),
    }),
    route({
      method: 'POST',
      path: `${base}/`,
      access: 'verified',
      body: z.object({ name, parent_id: parent, data: loose, meta: loose }),
      handle: ({ user }, body) => {
        const parentId = body.parent_id ?? null;
        if (parentId && !folders.get(user.id, parentId)) return MISSING;
        if (folders.nameTaken(user.id, parentId, body.name, null)) return TAKEN;
        return respond(
          folders.create(user.id, { name: body.name, parentId, data: body.data, meta: body.meta }),
        );
      },
    }),
    route({
      method: 'GET',
      path: `${base}/:id`,
      access: 'verified',
      handle: ({ user, params }) => respond(folders.get(user.id, params.id ?? '')),
    }),
    route({
      method: 'POST',
      path: `${base}/:id/update`,
      access: 'verified',
      body: z.object({ name: name.optional(), data: loose, meta: loose }),
      handle: ({ user, params }, body) => {
        const row = folders.get(user.id, params.id ?? '');
        if (!row) return MISSING;
        if (body.name && folders.nameTaken(user.id, row.parent_id, body.name, row.id)) return TAKEN;
        return respond(folders.update(row, body));
      },
    }),
    route({
      method: 'POST',
      path: `${base}/:id/update/parent`,
      access: 'verified',
      body: z.object({ parent_id: parent }),
      handle: ({ user, params }, body) => {
        const row = folders.get(user.id, params.id ?? '');
        const parentId = body.parent_id ?? null;
        if (!row || (parentId && !folders.get(user.id, parentId))) return MISSING;
        if (parentId && folders.withChildren(row.id).includes(parentId))
          return refuse(400, 'A folder cannot be moved into itself.');
        if (folders.nameTaken(user.id, parentId, row.name, row.id)) return TAKEN;
        return respond(folders.update(row, { parentId }));
      },
    }),
    route({
      method: 'POST',
      path: `${base}/:id/update/expanded`,
      access: 'verified',
      body: z.object({ is_expanded: z.boolean() }),
      handle: ({ user, params }, body) => {
        const row = folders.get(user.id, params.id ?? '');
        return row ? respond(folders.update(row, { expanded: body.is_expanded })) : MISSING;
      },
    }),
    route({
      method: 'DELETE',
      path: `${base}/:id`,
      access: 'verified',
      handle: async ({ user, params, query }) => {
        const row = folders.get(user.id, params.id ?? '');
        if (!row) return MISSING;
        // Open WebUI deletes the chats inside unless told not to.
        if (query.get('delete_contents') !== 'false')
          for (const item of chats.inFolder(user.id, folders.withChildren(row.id), null, 0)) {
            const chat = chats.get(user.id, item.id);
            if (!chat) continue;
            await tasks.stopChat(chat.id, 'deleted');
            chats.remove(chat);
          }
        folders.remove(row);
        return answer(true);
      },
    }),
  ];
}
