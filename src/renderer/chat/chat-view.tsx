import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ChatDetail, RunState } from '../../shared/domain.ts';
import { useAsk } from '../lib/client.tsx';
import { branchTo, newestTip } from '../lib/tree.ts';
import { FailurePanel, Loading, StatePanel } from '../ui/states.tsx';
import { Button } from '../ui/button.tsx';
import { useChatStore } from './chat-store.ts';
import type { Ask } from './chat-store.ts';
import { Composer } from './composer.tsx';
import { Conversation } from './conversation.tsx';
import { EmptyChat } from './empty-chat.tsx';
import { useModelChoice } from './model-picker.tsx';
import { useAskChat } from './use-ask.ts';
import { useWatch } from './use-watch.ts';

/** The tip of the branch to show: the user's choice, else the newest ask, else what the server says. */
export function tipToShow(detail: ChatDetail, chosen: string | null, ask: Ask | undefined): string | null {
  const wanted = chosen ?? ask?.messageId ?? null;
  if (wanted !== null && detail.messages[wanted] !== undefined) return newestTip(detail.messages, wanted);
  return detail.currentId;
}

/** Keeps the answer marked as seen once it has ended while this chat is open and the window has focus. */
function useSeen(run: RunState | undefined): void {
  const markSeen = useChatStore((state) => state.markSeen);
  useEffect(() => {
    if (run === undefined || run.status === 'running') return;
    const mark = (): void => {
      if (document.hasFocus() && document.visibilityState === 'visible') markSeen(run.messageId);
    };
    mark();
    addEventListener('focus', mark);
    return () => removeEventListener('focus', mark);
  }, [run, markSeen]);
}

/** One chat, or the place where a new one begins. */
export function ChatView({ chatId, onOpen }: { chatId: string | null; onOpen: (id: string | null) => void }) {
  const key = chatId ?? 'new';
  const chat = useAsk('chat.get', { id: chatId ?? '-' }, { enabled: chatId !== null });
  const run = useAsk('chat.list_runs', {}).data?.find((other) => other.chatId === chatId);
  const ask = useChatStore((state) => state.asks[key]);
  const [chosenTip, setChosenTip] = useState<string | null>(null);
  const { send, regenerate, stop, error, clearError } = useAskChat(chatId, onOpen);
  const model = useModelChoice(key, chat.data?.models);
  const [sent, setSent] = useState(0);
  useWatch(chatId);
  useSeen(run);

  const detail = chat.data;
  const title = detail === undefined ? null : detail.title || 'New chat';
  useEffect(() => {
    document.title = title === null ? 'Hark' : `${title} – Hark`;
  }, [title]);

  const path = useMemo(
    () => (detail === undefined ? [] : branchTo(detail.messages, tipToShow(detail, chosenTip, ask))),
    [detail, chosenTip, ask],
  );
  const running = run?.status === 'running';
  const lastId = path.at(-1)?.id ?? null;

  const onSend = useCallback(
    (prompt: string) => {
      if (model.id === null) return;
      setChosenTip(lastId);
      setSent((count) => count + 1);
      void send(prompt, model.id, lastId).then(() => setChosenTip(null));
    },
    [model.id, lastId, send],
  );
  const onRegenerate = useCallback(
    (messageId: string) => {
      setSent((count) => count + 1);
      void regenerate(messageId).then(() => setChosenTip(null));
    },
    [regenerate],
  );

  if (chatId !== null && detail === undefined && ask === undefined) {
    if (chat.error === null) return <Loading words="Opening the chat…" />;
    return (
      <StatePanel
        title="This chat cannot be shown"
        action={<Button onClick={() => onOpen(null)}>New chat</Button>}
      >
        <FailurePanel error={chat.error.error} busy={chat.isFetching} onRetry={() => void chat.refetch()} />
      </StatePanel>
    );
  }

  const empty = path.length === 0 && ask === undefined;
  return (
    <div className="chat-view">
      <header className="chat-head">
        <h1 className="ellipsis" title={title ?? 'New chat'}>
          {title ?? 'New chat'}
        </h1>
      </header>
      {empty ? (
        <EmptyChat chatKey={key} models={model.list} />
      ) : (
        <Conversation
          messages={detail?.messages ?? {}}
          path={path}
          ask={ask}
          run={run}
          sent={sent}
          onRegenerate={onRegenerate}
          onShow={setChosenTip}
        />
      )}
      <Composer
        chatKey={key}
        model={model}
        running={running || (ask !== undefined && ask.messageId === null && ask.prompt !== null)}
        canStop={running}
        error={error}
        onClearError={clearError}
        onSend={onSend}
        onStop={stop}
      />
    </div>
  );
}
