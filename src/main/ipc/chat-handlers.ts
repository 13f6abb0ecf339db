import type { Session } from '../accounts/accounts.ts';
import { toChat, toModels } from '../backend/wire.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { DomainHandlers } from './router.ts';
import type { Services } from './services.ts';

/** Open WebUI gives this many chats a page. */
const PAGE = 60;

/** Runs a call with the session; a 401 starts a re-check of the session, since it also means "not found". */
export async function withSession<T>(
  s: Services,
  call: (session: Session) => Promise<Result<T>>,
): Promise<Result<T>> {
  const session = s.accounts.session();
  if (!session.ok) return session;
  const result = await call(session.data);
  if (!result.ok && result.error.code === 'SIGNED_OUT') {
    await s.accounts.recheck();
    const still = s.accounts.session();
    return still.ok ? fail('NOT_FOUND', 'The server does not know this, or does not let you see it.') : still;
  }
  return result;
}
const map = <A, B>(result: Result<A>, to: (a: A) => B): Result<B> =>
  result.ok ? ok(to(result.data)) : result;

export function chatHandlers(s: Services): DomainHandlers<'chat'> & DomainHandlers<'model'> {
  const changed = (result: Result<unknown>): Result<null> => {
    if (!result.ok) return result;
    s.windows.send(null, 'chats.changed', {});
    return ok(null);
  };
  return {
    'model.list': () => withSession(s, async ({ client }) => map(await client.models(), toModels)),
    'chat.list': ({ page }) =>
      withSession(s, async ({ client }) =>
        map(await client.listChats(page), (items) => ({ items, more: items.length >= PAGE })),
      ),
    'chat.list_pinned': () =>
      withSession(s, async ({ client }) =>
        map(await client.pinnedChats(), (items) => items.map((c) => ({ ...c, pinned: true }))),
      ),
    'chat.search': ({ text, page }) =>
      withSession(s, async ({ client }) =>
        map(await client.searchChats(text, page), (items) => ({ items, more: items.length >= PAGE })),
      ),
    'chat.get': ({ id }) => withSession(s, async ({ client }) => map(await client.getChat(id), toChat)),
    'chat.watch': ({ chatId }, { windowId }) => {
      const current = chatId === null ? null : s.runs.current(chatId);
      s.stream.watch(windowId, chatId, current && { messageId: current.run.messageId, text: current.text });
      return ok({ run: current?.run ?? null, text: current?.text ?? null });
    },
    'chat.ask': (input) => s.runs.ask(input),
    'chat.regenerate': ({ chatId, messageId, model }) => s.runs.regenerate(chatId, messageId, model),
    'chat.stop': ({ chatId }) => s.runs.stop(chatId),
    'chat.rename': ({ id, title }) =>
      withSession(s, async ({ client }) => changed(await client.updateChat(id, { title }))),
    'chat.delete': ({ id }) =>
      withSession(s, async ({ client }) => {
        const stopped = await s.runs.stop(id);
        if (!stopped.ok) s.log.info('a deleted chat was still answering', { code: stopped.error.code });
        return changed(await client.deleteChat(id));
      }),
    'chat.toggle_pin': ({ id }) =>
      withSession(s, async ({ client }) => {
        const result = await client.togglePin(id);
        changed(result);
        return map(result, (r) => ({ pinned: r.pinned ?? false }));
      }),
    'chat.toggle_archive': ({ id }) =>
      withSession(s, async ({ client }) => {
        const result = await client.toggleArchive(id);
        changed(result);
        return map(result, (r) => ({ archived: r.archived ?? false }));
      }),
    'chat.list_runs': () => ok(s.runs.list()),
  };
}
