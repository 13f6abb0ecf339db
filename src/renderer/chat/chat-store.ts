import { create } from 'zustand';
import type { RunState } from '../../shared/domain.ts';

/** A prompt on its way: shown at once, before the server's own copy of the chat has it. */
export interface Ask {
  prompt: string | null;
  userMessageId: string | null;
  messageId: string | null;
}

const SEEN_KEY = 'hark.seen';

function loadSeen(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(SEEN_KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((id): id is string => typeof id === 'string') : [];
  } catch (error) {
    console.warn('Hark: the list of seen answers could not be read.', error);
    return [];
  }
}

interface ChatStore {
  asks: Readonly<Record<string, Ask | undefined>>;
  setAsk: (chatKey: string, ask: Ask | undefined) => void;
  /** The model chosen per chat ('new' for the one not begun). */
  models: Readonly<Record<string, string | undefined>>;
  setModel: (chatKey: string, model: string) => void;
  /** Message ids of ended answers the user has seen, newest last. */
  seen: readonly string[];
  markSeen: (messageId: string) => void;
}

/** What this window knows of chats beyond the server's data. */
export const useChatStore = create<ChatStore>((set, get) => ({
  asks: {},
  setAsk: (chatKey, ask) => set({ asks: { ...get().asks, [chatKey]: ask } }),
  models: {},
  setModel: (chatKey, model) => set({ models: { ...get().models, [chatKey]: model } }),
  seen: loadSeen(),
  markSeen: (messageId) => {
    if (get().seen.includes(messageId)) return;
    const seen = [...get().seen.slice(-199), messageId];
    set({ seen });
    try {
      localStorage.setItem(SEEN_KEY, JSON.stringify(seen));
    } catch (error) {
      console.warn('Hark: the list of seen answers could not be stored.', error);
    }
  },
}));

export type RunMark = 'running' | 'ready' | 'failed' | null;

/** The mark of a chat in the list: running, ended and not yet seen, or nothing. */
export function runMark(run: RunState | undefined, seen: readonly string[]): RunMark {
  if (run === undefined) return null;
  if (run.status === 'running') return 'running';
  if (run.status === 'stopped' || seen.includes(run.messageId)) return null;
  return run.status === 'failed' ? 'failed' : 'ready';
}
