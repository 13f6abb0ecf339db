import { randomUUID } from 'node:crypto';
import type { ChatDetail, ChatMessage, RunState, RunStatus } from '../../shared/domain.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { IpcEvents } from '../../shared/ipc/events.ts';
import type { Session } from '../accounts/accounts.ts';
import { connectSocket, type BackendEvent, type BackendSocket } from '../backend/socket.ts';
import { toChat } from '../backend/wire.ts';
import type { Clock, Logger } from '../ports.ts';
import { branch, titleFrom } from './conversation.ts';
import { readEvent, type RunUpdate } from './run-text.ts';
import type { RunStore } from './run-store.ts';
import type { StreamSender } from './stream-sender.ts';

/** Titles a server gives before it has made one. */
const PROVISIONAL_TITLES = new Set(['', 'New Chat', 'Untitled']);
/** A new chat's title comes just after its first answer; the notice waits this long for it. */
const TITLE_WAIT_MS = 400;
/** How often a quiet answer is asked for: the event stream may have lost its end. */
const POLL_CONNECTED_MS = 15_000;
const POLL_DISCONNECTED_MS = 2_000;

/** An answer that ended, told exactly once. */
export interface EndedRun {
  owner: string;
  /** server + chat + message: one notice per answer. */
  key: string;
  chatId: string;
  messageId: string;
  title: string;
  prompt: string;
  answer: string;
  model: string;
  status: RunStatus;
  error: string | null;
  /** ms; null when Hark was not running all the time. */
  durationMs: number | null;
  /** It ended while Hark was not running: nobody can have been looking. */
  whileGone: boolean;
}

interface Run {
  key: string;
  session: Session;
  chatId: string;
  messageId: string;
  prompt: string;
  title: string;
  model: string;
  text: string;
  startedAt: number;
  /** Taken up after a restart, and not yet seen running since. */
  whileGone: boolean;
  taskIds: string[];
  lastHeard: number;
  ending: boolean;
}

export interface AskInput {
  chatId: string | null;
  parentId: string | null;
  model: string;
  prompt: string;
}

export interface Runs {
  /** The session began or changed; unfinished runs of an earlier start are taken up again. */
  attach: (session: Session) => void;
  detach: () => void;
  ask: (input: AskInput) => Promise<Result<{ chatId: string; userMessageId: string; messageId: string }>>;
  regenerate: (
    chatId: string,
    messageId: string,
    model?: string,
  ) => Promise<Result<{ chatId: string; messageId: string }>>;
  stop: (chatId: string) => Promise<Result<null>>;
  list: () => RunState[];
  /** The run of a chat with the text so far. */
  current: (chatId: string) => { run: RunState; text: string } | null;
}

/** The one place that knows "complete": asks, follows and ends answers, over restarts of anything. */
export function createRuns(options: {
  clock: Clock;
  log: Logger;
  store: RunStore;
  stream: StreamSender;
  /** Tells of the end; what it returns is kept with the run. Called once per answer. */
  onEnded: (run: EndedRun) => { told: string; deliveryIds: string[] };
  onNeedsInput: (run: Omit<EndedRun, 'answer' | 'error' | 'status'>, words: string) => void;
  emit: <E extends 'run.changed' | 'chat.changed' | 'chats.changed'>(event: E, data: IpcEvents[E]) => void;
  onUnauthorised: () => void;
}): Runs {
  const { clock, log, store, emit } = options;
  const runs = new Map<string, Run>();
  const recent = new Map<string, RunState>();
  let session: Session | null = null;
  let lastOwner: string | null = null;
  let socket: BackendSocket | null = null;
  let cancelPoll: () => void = () => undefined;

  const view = (run: Run): RunState => ({
    chatId: run.chatId,
    messageId: run.messageId,
    title: run.title,
    status: 'running',
    startedAt: run.startedAt,
    endedAt: null,
    error: null,
  });
  const keyOf = (s: Session, chatId: string, messageId: string): string =>
    `${s.owner}|${chatId}|${messageId}`;
  const described = (run: Run): Omit<EndedRun, 'answer' | 'error' | 'status'> => ({
    owner: run.session.owner,
    key: run.key,
    chatId: run.chatId,
    messageId: run.messageId,
    title: PROVISIONAL_TITLES.has(run.title) ? titleFrom(run.prompt) : run.title,
    prompt: run.prompt,
    model: run.model,
    durationMs: run.whileGone ? null : Math.max(0, clock.now() - run.startedAt),
    whileGone: run.whileGone,
  });

  /** The answer is complete, failed or stopped: told, stored and shown, once. */
  const end = (run: Run, status: RunStatus, error: string | null): void => {
    if (runs.get(run.key) !== run) return;
    runs.delete(run.key);
    options.stream.update(run.chatId, run.messageId, run.text);
    options.stream.flush(run.chatId);
    const ended: EndedRun = { ...described(run), answer: run.text, status, error };
    const outcome = options.onEnded(ended);
    const endedAt = clock.now();
    try {
      store.end(run.key, { status, endedAt, title: ended.title, ...outcome });
    } catch (cause) {
      // The notice has its own key: taken up again after a restart it is not told twice.
      log.error('the end of a run could not be stored', { cause: String(cause) });
    }
    const state: RunState = { ...view(run), status, endedAt, error };
    recent.set(run.chatId, state);
    emit('run.changed', state);
    emit('chat.changed', { chatId: run.chatId });
    emit('chats.changed', {});
  };
  const endSoon = (run: Run, status: RunStatus, error: string | null): void => {
    if (run.ending) return;
    run.ending = true;
    if (status === 'done' && PROVISIONAL_TITLES.has(run.title) && socket?.connected()) {
      clock.after(TITLE_WAIT_MS, () => end(run, status, error));
      return;
    }
    end(run, status, error);
  };

  const apply = (run: Run, update: RunUpdate): void => {
    run.lastHeard = clock.monotonic();
    switch (update.kind) {
      case 'append':
      case 'replace':
        if (run.ending) return;
        run.text = update.kind === 'append' ? run.text + update.text : update.text;
        options.stream.update(run.chatId, run.messageId, run.text);
        return;
      case 'title':
        run.title = update.title;
        emit('chats.changed', {});
        if (run.ending) end(run, 'done', null);
        else emit('run.changed', view(run));
        return;
      case 'done':
        if (update.text !== null) run.text = update.text;
        if (update.title !== null) run.title = update.title;
        return endSoon(run, 'done', null);
      case 'failed':
        if (update.text !== null) run.text = update.text;
        return endSoon(run, 'failed', update.words);
      case 'stopped':
        return endSoon(run, 'stopped', null);
      case 'needs_input':
        options.onNeedsInput(described(run), update.words);
        return;
    }
  };

  const onEvent = (event: BackendEvent): void => {
    const updates = readEvent(event.type, event.data);
    if (updates.length === 0) return;
    let found = false;
    for (const run of [...runs.values()])
      if (
        run.chatId === event.chatId &&
        (event.messageId === null || event.messageId === run.messageId || event.type === 'chat:title')
      ) {
        found = true;
        for (const update of updates) apply(run, update);
      }
    // Another device or the server itself changed a chat.
    if (!found && updates.some((u) => u.kind === 'title' || u.kind === 'done')) {
      emit('chats.changed', {});
      emit('chat.changed', { chatId: event.chatId });
    }
  };

  /** Asks the server what became of an answer: events may have been missed. */
  const reconcile = async (run: Run): Promise<void> => {
    const got = await run.session.client.getChat(run.chatId);
    if (runs.get(run.key) !== run || run.ending) return;
    if (!got.ok) {
      if (got.error.code === 'SIGNED_OUT') {
        options.onUnauthorised();
        // 401 also means "no such chat": gone while the session stands means deleted.
        const who = await run.session.client.session();
        if (who.ok && runs.get(run.key) === run) end(run, 'stopped', 'The chat was deleted.');
      } else if (got.error.code === 'NOT_FOUND') end(run, 'stopped', 'The chat was deleted.');
      return;
    }
    const chat = toChat(got.data);
    const message = chat.messages[run.messageId];
    run.title = chat.title;
    if (!message) {
      end(run, 'failed', 'The server no longer has this answer.');
      return;
    }
    if (run.prompt === '' && message.parentId) run.prompt = chat.messages[message.parentId]?.content ?? '';
    run.lastHeard = clock.monotonic();
    if (message.error) apply(run, { kind: 'failed', words: message.error, text: message.content });
    else if (message.done)
      apply(
        run,
        message.stopped ? { kind: 'stopped' } : { kind: 'done', text: message.content, title: chat.title },
      );
    else {
      run.whileGone = false;
      if (message.content.length > run.text.length) apply(run, { kind: 'replace', text: message.content });
    }
  };
  const reconcileAll = (): void => {
    for (const run of [...runs.values()]) void reconcile(run);
  };
  const schedulePoll = (): void => {
    cancelPoll();
    if (runs.size === 0) return;
    const quiet = socket?.connected() ? POLL_CONNECTED_MS : POLL_DISCONNECTED_MS;
    cancelPoll = clock.after(Math.min(quiet, 5_000), () => {
      const now = clock.monotonic();
      for (const run of [...runs.values()]) if (now - run.lastHeard >= quiet) void reconcile(run);
      schedulePoll();
    });
  };

  const track = (run: Run): void => {
    runs.set(run.key, run);
    recent.delete(run.chatId);
    schedulePoll();
    emit('run.changed', view(run));
  };

  /** Sends the prompt; the run is on disk as soon as the server has named its chat. */
  const begin = async (
    s: Session,
    input: {
      chat: ChatDetail | null;
      user: ChatMessage;
      model: string;
      history: { role: string; content: string }[];
    },
  ): Promise<Result<{ chatId: string; userMessageId: string; messageId: string }>> => {
    const messageId = randomUUID();
    const { user, chat, model } = input;
    const accepted = await s.client.complete({
      model,
      messages: [...input.history, { role: 'user', content: user.content }],
      stream: true,
      session_id: socket?.sessionId() ?? `hark-${randomUUID()}`,
      id: messageId,
      parent_id: user.parentId,
      ...(chat ? { chat_id: chat.id } : {}),
      user_message: {
        id: user.id,
        parentId: user.parentId,
        childrenIds: [...user.childrenIds, messageId],
        role: 'user',
        content: user.content,
        models: [model],
        timestamp: user.timestamp,
      },
      background_tasks: {
        title_generation: chat === null,
        tags_generation: false,
        follow_up_generation: false,
      },
    });
    if (!accepted.ok) {
      if (accepted.error.code === 'SIGNED_OUT') options.onUnauthorised();
      return accepted;
    }
    const chatId = accepted.data.chat_id ?? chat?.id;
    if (!chatId) return fail('SERVER_ERROR', 'The server took the question but named no chat.');
    const run: Run = {
      key: keyOf(s, chatId, messageId),
      session: s,
      chatId,
      messageId,
      prompt: user.content,
      title: chat?.title ?? '',
      model,
      text: '',
      startedAt: clock.now(),
      whileGone: false,
      taskIds: [...(accepted.data.task_ids ?? []), ...(accepted.data.task_id ? [accepted.data.task_id] : [])],
      lastHeard: clock.monotonic(),
      ending: false,
    };
    try {
      store.add({ ...run, owner: s.owner, endedAt: null, status: 'running', told: '', deliveryIds: [] });
    } catch (cause) {
      log.error('a run could not be stored; a crash would lose its notice', { cause: String(cause) });
    }
    track(run);
    emit('chats.changed', {});
    emit('chat.changed', { chatId });
    // Events that came before this reply named a chat not known yet: ask once.
    void reconcile(run);
    return ok({ chatId, userMessageId: user.id, messageId });
  };

  const load = async (s: Session, chatId: string): Promise<Result<ChatDetail>> => {
    const got = await s.client.getChat(chatId);
    if (got.ok) return ok(toChat(got.data));
    if (got.error.code === 'SIGNED_OUT') {
      options.onUnauthorised();
      return fail('NOT_FOUND', 'This chat is not on the server any more.');
    }
    return got;
  };

  return {
    attach: (next) => {
      socket?.close();
      session = next;
      socket = connectSocket({
        baseUrl: next.client.baseUrl,
        token: next.token,
        websocket: next.config.features.enable_websocket ?? true,
        log,
        onEvent,
        onJoined: reconcileAll,
        onRefused: options.onUnauthorised,
      });
      for (const run of [...runs.values()])
        if (run.session.owner === next.owner) run.session = next;
        else runs.delete(run.key);
      if (lastOwner !== next.owner) recent.clear();
      lastOwner = next.owner;
      for (const stored of store.unfinished(next.owner)) {
        if (runs.has(stored.key)) continue;
        track({
          ...stored,
          session: next,
          prompt: '',
          text: '',
          whileGone: true,
          taskIds: [],
          lastHeard: 0,
          ending: false,
        });
      }
      reconcileAll();
    },
    detach: () => {
      socket?.close();
      socket = null;
      session = null;
      cancelPoll();
    },
    ask: async (input) => {
      if (!session) return fail('SIGNED_OUT', 'Sign in first.');
      const s = session;
      let chat: ChatDetail | null = null;
      if (input.chatId !== null) {
        const loaded = await load(s, input.chatId);
        if (!loaded.ok) return loaded;
        chat = loaded.data;
        if (input.parentId !== null && !chat.messages[input.parentId])
          return fail('CONFLICT', 'The chat changed meanwhile. Look at it again and resend.');
      }
      const user: ChatMessage = {
        id: randomUUID(),
        parentId: chat ? input.parentId : null,
        childrenIds: [],
        role: 'user',
        content: input.prompt,
        model: null,
        timestamp: Math.floor(clock.now() / 1000),
        done: true,
        error: null,
        stopped: false,
      };
      return begin(s, { chat, user, model: input.model, history: chat ? branch(chat, input.parentId) : [] });
    },
    regenerate: async (chatId, messageId, model) => {
      if (!session) return fail('SIGNED_OUT', 'Sign in first.');
      const s = session;
      const loaded = await load(s, chatId);
      if (!loaded.ok) return loaded;
      const chat = loaded.data;
      const answer = chat.messages[messageId];
      const user =
        answer?.role === 'user' ? answer : answer?.parentId ? chat.messages[answer.parentId] : undefined;
      if (!user) return fail('NOT_FOUND', 'The question of this answer is gone; ask anew.');
      const chosen = model ?? answer?.model ?? chat.models[0];
      if (!chosen) return fail('VALIDATION_FAILED', 'Choose a model first.', { field: 'model' });
      return begin(s, { chat, user, model: chosen, history: branch(chat, user.parentId) });
    },
    stop: async (chatId) => {
      const affected = [...runs.values()].filter((run) => run.chatId === chatId);
      if (affected.length === 0) return ok(null);
      const [first] = affected;
      if (!first) return ok(null);
      const stopped = await first.session.client.stopChat(chatId);
      if (!stopped.ok && (stopped.error.code === 'NOT_FOUND' || stopped.error.details?.['status'] === 405)) {
        // Servers before the chat-wide stop know single tasks only.
        for (const run of affected)
          for (const taskId of run.taskIds) {
            const one = await run.session.client.stopTask(taskId);
            if (!one.ok) return one;
          }
      } else if (!stopped.ok) return stopped;
      for (const run of affected) if (!run.ending) end(run, 'stopped', null);
      return ok(null);
    },
    list: () => [...[...runs.values()].map(view), ...recent.values()],
    current: (chatId) => {
      const run = [...runs.values()].find((r) => r.chatId === chatId);
      return run ? { run: view(run), text: run.text } : null;
    },
  };
}
