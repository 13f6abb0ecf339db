import { create } from 'zustand';

/**
 * Appends one batch of stream text: content = content.slice(0, from) + text.
 * Returns null when text between was missed, so that the caller must ask for the whole again.
 */
export function appendStream(content: string, batch: { from: number; text: string }): string | null {
  if (batch.from > content.length) return null;
  return content.slice(0, batch.from) + batch.text;
}

interface StreamState {
  /** Text of answers being made, by message id. */
  texts: Readonly<Record<string, string>>;
  /** Returns false when text was missed. */
  append: (messageId: string, batch: { from: number; text: string }) => boolean;
  set: (messageId: string, text: string) => void;
  drop: (messageId: string) => void;
}

/** Stream text, kept out of the query cache so that only the message being written renders again. */
export const useStreams = create<StreamState>((set, get) => ({
  texts: {},
  append: (messageId, batch) => {
    const next = appendStream(get().texts[messageId] ?? '', batch);
    if (next === null) return false;
    set({ texts: { ...get().texts, [messageId]: next } });
    return true;
  },
  set: (messageId, text) => set({ texts: { ...get().texts, [messageId]: text } }),
  drop: (messageId) => {
    const { [messageId]: _dropped, ...texts } = get().texts;
    set({ texts });
  },
}));
