import { useEffect } from 'react';
import { useBridge, useConnection } from '../lib/client.tsx';
import { useStreams } from '../lib/stream-store.ts';

/**
 * Tells the main process which chat this window shows and takes in its stream text. When a batch was missed,
 * the whole text is asked for again.
 */
export function useWatch(chatId: string | null): void {
  const bridge = useBridge();
  // After a lost line the main process has to be told again.
  const connected = useConnection() === 'open';
  useEffect(() => {
    let current = true;
    let asking = false;
    const watch = async (): Promise<void> => {
      if (asking) return;
      asking = true;
      const result = await bridge.request('chat.watch', { chatId });
      asking = false;
      if (!current || !result.ok || result.data.run === null || result.data.text === null) return;
      const { messageId } = result.data.run;
      const { texts, set } = useStreams.getState();
      // Batches that came before this answer may already be longer.
      if ((texts[messageId] ?? '').length < result.data.text.length) set(messageId, result.data.text);
    };
    const off = bridge.on('chat.stream', (batch) => {
      if (batch.chatId !== chatId) return;
      if (!useStreams.getState().append(batch.messageId, batch)) void watch();
    });
    void watch();
    return () => {
      current = false;
      off();
    };
  }, [bridge, chatId, connected]);
}
