import { useInfiniteQuery } from '@tanstack/react-query';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { Search, SquarePen } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { ChatSummary, User } from '../../shared/domain.ts';
import { ask, useAsk, useBridge } from '../lib/client.tsx';
import type { RequestError } from '../lib/client.tsx';
import { groupByDay } from '../lib/time.ts';
import { useDebounced } from '../lib/use-debounced.ts';
import { useNow } from '../lib/use-now.ts';
import { Button } from '../ui/button.tsx';
import { FailurePanel } from '../ui/states.tsx';
import { ChatRow } from './chat-row.tsx';
import { ProfileMenu } from './profile-menu.tsx';

interface Page {
  items: ChatSummary[];
  more: boolean;
}
type Pages = UseInfiniteQueryResult<InfiniteData<Page>, RequestError>;

function usePages(text: string): Pages {
  const bridge = useBridge();
  return useInfiniteQuery<Page, RequestError, InfiniteData<Page>, string[], number>({
    queryKey: text === '' ? ['chat.list', 'pages'] : ['chat.search', text],
    queryFn: ({ pageParam }) =>
      text === ''
        ? ask(bridge, 'chat.list', { page: pageParam })
        : ask(bridge, 'chat.search', { text, page: pageParam }),
    initialPageParam: 1,
    getNextPageParam: (last, all) => (last.more ? all.length + 1 : undefined),
  });
}

/** Rows of all pages, each chat once: a chat that moved up between two pages comes twice. */
export function flattenPages(pages: readonly Page[]): ChatSummary[] {
  const byId = new Map<string, ChatSummary>();
  for (const chat of pages.flatMap((page) => page.items)) {
    if (!byId.has(chat.id)) byId.set(chat.id, chat);
  }
  return [...byId.values()];
}

/** Fetches the next page when it comes into view; a button does the same for those who do not scroll. */
function MorePages({ query }: { query: Pages }) {
  const ref = useRef<HTMLDivElement>(null);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query;
  useEffect(() => {
    const element = ref.current;
    if (element === null || !hasNextPage || isFetchingNextPage) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) void fetchNextPage();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  if (!hasNextPage) return null;
  return (
    <div ref={ref} className="more-pages">
      <Button look="quiet" small busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        Show more
      </Button>
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="chat-group">{title}</h2>
      <ul className="chat-list">{children}</ul>
    </section>
  );
}

/** New chat, search, the chats by day, and the profile at the bottom. */
export function Sidebar({
  user,
  currentId,
  onOpen,
}: {
  user: User;
  currentId: string | null;
  onOpen: (id: string | null) => void;
}) {
  const [text, setText] = useState('');
  const search = useDebounced(text.trim(), 250);
  const pages = usePages(search);
  const pinned = useAsk('chat.list_pinned', {}).data ?? [];
  const runs = useAsk('chat.list_runs', {}).data ?? [];
  const now = useNow(60_000);
  const runOf = new Map(runs.map((run) => [run.chatId, run]));
  const chats = flattenPages(pages.data?.pages ?? []);
  const row = (chat: ChatSummary): ReactNode => (
    <ChatRow
      key={chat.id}
      chat={chat}
      current={chat.id === currentId}
      run={runOf.get(chat.id)}
      onOpen={onOpen}
    />
  );
  const pinnedIds = new Set(pinned.map((chat) => chat.id));
  const unpinned = chats.filter((chat) => !pinnedIds.has(chat.id));

  return (
    <nav className="sidebar" aria-label="Chats">
      <div className="sidebar-top">
        <Button
          id="new-chat"
          className="new-chat"
          onClick={() => onOpen(null)}
          title="New chat (Ctrl+Shift+O)"
        >
          <SquarePen size={16} aria-hidden="true" /> New chat
        </Button>
        <label className="search">
          <span className="visually-hidden">Search chats</span>
          <Search size={16} aria-hidden="true" />
          <input
            id="search-chats"
            type="text"
            role="textbox"
            placeholder="Search chats"
            title="Search chats (Ctrl+K)"
            value={text}
            maxLength={500}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setText('');
            }}
          />
        </label>
      </div>
      <div className="sidebar-list">
        {pages.isPending && <p className="muted small sidebar-words">Loading chats…</p>}
        {pages.error !== null && (
          <FailurePanel
            error={pages.error.error}
            busy={pages.isFetching}
            onRetry={() => void pages.refetch()}
          />
        )}
        {search !== '' && !pages.isPending && chats.length === 0 && (
          <p className="muted small sidebar-words" role="status">
            No chat has “{search}” in it.
          </p>
        )}
        {search === '' && pages.isSuccess && chats.length === 0 && pinned.length === 0 && (
          <p className="muted small sidebar-words">No chats yet. Your first question starts one.</p>
        )}
        {search !== '' && chats.length > 0 && <Group title="Results">{chats.map(row)}</Group>}
        {search === '' && pinned.length > 0 && <Group title="Pinned">{pinned.map(row)}</Group>}
        {search === '' &&
          groupByDay(unpinned, now).map(({ group, rows }) => (
            <Group key={group} title={group}>
              {rows.map(row)}
            </Group>
          ))}
        <MorePages query={pages} />
      </div>
      <ProfileMenu user={user} />
    </nav>
  );
}
