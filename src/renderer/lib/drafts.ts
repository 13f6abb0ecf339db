import { create } from 'zustand';

const KEY = 'hark.drafts';

function load(): Record<string, string> {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');
    return typeof stored === 'object' && stored !== null ? (stored as Record<string, string>) : {};
  } catch (error) {
    console.warn('Hark: stored drafts could not be read.', error);
    return {};
  }
}

interface Drafts {
  byChat: Readonly<Record<string, string>>;
  set: (chatKey: string, text: string) => void;
}

/** What the user typed and has not sent, per chat ('new' for the chat not yet begun). Survives a reload. */
export const useDrafts = create<Drafts>((set, get) => ({
  byChat: load(),
  set: (chatKey, text) => {
    const { [chatKey]: _old, ...others } = get().byChat;
    const byChat = text === '' ? others : { ...others, [chatKey]: text };
    set({ byChat });
    try {
      sessionStorage.setItem(KEY, JSON.stringify(byChat));
    } catch (error) {
      // Full or forbidden storage costs the reload copy only; the draft stays in memory.
      console.warn('Hark: drafts could not be stored.', error);
    }
  },
}));
