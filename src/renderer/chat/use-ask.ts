import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type { AppError } from '../../shared/result.ts';
import { useBridge } from '../lib/client.tsx';
import { useDrafts } from '../lib/drafts.ts';
import { useChatStore } from './chat-store.ts';

/** Sends prompts and asks for further answers; the prompt comes back as a draft when it could not be sent. */
export function useAskChat(
  chatId: string | null,
  onOpen: (id: string) => void,
): {
  send: (prompt: string, model: string, parentId: string | null) => Promise<void>;
  regenerate: (messageId: string, model?: string) => Promise<void>;
  stop: () => Promise<void>;
  error: AppError | null;
  clearError: () => void;
} {
  const bridge = useBridge();
  const client = useQueryClient();
  const setAsk = useChatStore((state) => state.setAsk);
  const [error, setError] = useState<AppError | null>(null);
  const key = chatId ?? 'new';

  const send = useCallback(
    async (prompt: string, model: string, parentId: string | null) => {
      setError(null);
      useDrafts.getState().set(key, '');
      setAsk(key, { prompt, userMessageId: null, messageId: null });
      const result = await bridge.request('chat.ask', { chatId, parentId, model, prompt });
      if (!result.ok) {
        setAsk(key, undefined);
        useDrafts.getState().set(key, prompt);
        setError(result.error);
        return;
      }
      const { chatId: asked, userMessageId, messageId } = result.data;
      setAsk(asked, { prompt, userMessageId, messageId });
      if (asked !== chatId) {
        setAsk(key, undefined);
        useChatStore.getState().setModel(asked, model);
        onOpen(asked);
      }
      void client.invalidateQueries({ queryKey: ['chat.get', { id: asked }] });
      void client.invalidateQueries({ queryKey: ['chat.list'] });
    },
    [bridge, client, chatId, key, onOpen, setAsk],
  );

  const regenerate = useCallback(
    async (messageId: string, model?: string) => {
      if (chatId === null) return;
      setError(null);
      const result = await bridge.request('chat.regenerate', { chatId, messageId, model });
      if (!result.ok) return setError(result.error);
      setAsk(chatId, { prompt: null, userMessageId: null, messageId: result.data.messageId });
      void client.invalidateQueries({ queryKey: ['chat.get', { id: chatId }] });
    },
    [bridge, client, chatId, setAsk],
  );

  const stop = useCallback(async () => {
    if (chatId === null) return;
    const result = await bridge.request('chat.stop', { chatId });
    if (!result.ok) setError(result.error);
  }, [bridge, chatId]);

  const clearError = useCallback(() => setError(null), []);
  return { send, regenerate, stop, error, clearError };
}
