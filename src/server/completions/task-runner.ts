import { randomUUID } from 'node:crypto';
import type { ChatStore } from '../chats/chat-store.ts';
import { STOPPED_BY_CRASH } from '../chats/message-store.ts';
import type { Clock, Logger } from '../../main/ports.ts';
import { storageWords } from '../../main/db/open.ts';
import type { ModelRegistry } from '../models/registry.ts';
import type { SocketHub } from '../socket/hub.ts';
import { createReply, type Reply } from './reply.ts';
import { modelRequest, promptOf } from './request.ts';
import { makeTitle, plainTitle } from './title.ts';
import type { Turn } from './turn.ts';

/** Why a task is ended before its answer: by the user, with its chat, or because the server stops. */
export type StopReason = 'stopped' | 'deleted' | 'shutdown';

interface Task {
  id: string;
  userId: string;
  chatId: string;
  messageId: string;
  stop: AbortController;
  finished: Promise<void>;
}

export interface TaskRunner {
  /** Starts an answer per model; it goes on whoever listens. An answer being made already is not started twice. */
  start: (turn: Turn) => { taskIds: string[]; finished: Promise<void> };
  list: (chatId?: string) => string[];
  ownerOf: (taskId: string) => string | null;
  /** These resolve once the tasks have stored what they had. */
  stopTask: (taskId: string) => Promise<boolean>;
  stopChat: (chatId: string, reason: StopReason) => Promise<void>;
  stopUser: (userId: string) => Promise<void>;
  shutdown: () => Promise<void>;
}

/** ms between writes of a growing answer to the disk. */
const SAVE_EVERY_MS = 1000;
/** At most 60 text events a second; each holds the whole text, so long answers get fewer. */
const EMIT_EVERY_MS = 1000 / 60;
const CHARACTERS_PER_MS = 6000;
const MAX_EMIT_EVERY_MS = 250;
/** How long a finished answer waits for its chat's title. */
const TITLE_WAIT_MS = 3000;
const UNTITLED = 'New Chat';

/** Makes answers in the background: streams to the user's sockets, stores as it goes, and always ends the message. */
export function createTaskRunner(deps: {
  chats: ChatStore;
  models: ModelRegistry;
  hub: SocketHub;
  clock: Clock;
  log: Logger;
}): TaskRunner {
  const { chats, models, hub, clock, log } = deps;
  const tasks = new Map<string, Task>();
  const ofChat = (chatId: string) => [...tasks.values()].filter((task) => task.chatId === chatId);

  const answerTurn = async (turn: Turn, task: Task, model: string, first: boolean): Promise<void> => {
    const { chat } = turn;
    const signal = task.stop.signal;
    const where = { chatId: turn.chatId, messageId: task.messageId };
    const emit = (type: string, data?: unknown) => hub.emit(turn.userId, { ...where, type, data });
    const emitText = (content: string) =>
      hub.emit(turn.userId, { ...where, type: 'chat:completion', data: { content }, droppable: true });
    const store = (fields: Record<string, unknown>) => {
      if (!chat || signal.reason === 'deleted') return;
      chats.putMessage(chat.n, task.messageId, fields);
      chats.touch(chat.n);
    };
    const reply = createReply(clock);
    const emitting = throttledText(reply, emitText);
    const saving = chat
      ? repeatedSave(reply, (content) => chats.growMessage(chat.n, task.messageId, content))
      : null;
    const titling = first ? titleJob(turn, model, signal, emit) : null;

    const outcome = await readAnswer(turn, model, reply, signal, () => {
      titling?.begin();
      emitting.changed();
      saving?.changed();
    });
    emitting.stop();
    saving?.stop();

    const content = reply.content(true);
    if (signal.aborted) {
      if (signal.reason === 'deleted') return;
      const end = signal.reason === 'shutdown' ? { error: { content: STOPPED_BY_CRASH } } : { stopped: true };
      store({ content, done: true, ...end });
      emit('chat:tasks:cancel');
      return;
    }
    if (outcome !== null) {
      const error = { content: outcome };
      store({ content, done: true, error });
      emit('chat:message:error', { error });
      emit('chat:tasks:cancel');
      return;
    }
    const usage = reply.usage();
    const output = reply.output();
    // Stored before the title is waited for: a stop or crash in between must not lose a whole answer.
    store({ content, done: true, output, ...(usage ? { usage } : {}) });
    if (titling) await titling.settle();
    const title = chat ? (chats.get(turn.userId, turn.chatId)?.title ?? UNTITLED) : UNTITLED;
    emit('chat:completion', { done: true, content, output, title, ...(usage ? { usage } : {}) });
  };

  /** Reads the model's answer into the reply; the words of what went wrong, or null. */
  const readAnswer = async (
    turn: Turn,
    model: string,
    reply: Reply,
    signal: AbortSignal,
    onPiece: () => void,
  ): Promise<string | null> => {
    const request = modelRequest(turn.form, model, turn.messages, turn.form.stream !== false);
    const completion = await models.complete(request, signal);
    switch (completion.kind) {
      case 'refused':
        return completion.words;
      case 'whole':
        reply.addWhole(completion.body);
        onPiece();
        return null;
      case 'stream':
        for await (const piece of completion.pieces) {
          if (signal.aborted) return null;
          if ('error' in piece) return piece.error;
          reply.addChunk(piece.chunk);
          onPiece();
        }
        return null;
    }
  };

  const throttledText = (reply: Reply, send: (content: string) => void) => {
    let cancel: (() => void) | null = null;
    let last = -Infinity;
    let sent = '';
    let pause = EMIT_EVERY_MS;
    const flush = () => {
      cancel = null;
      last = clock.monotonic();
      const content = reply.content(false);
      if (content === sent) return;
      sent = content;
      pause = Math.min(MAX_EMIT_EVERY_MS, Math.max(EMIT_EVERY_MS, content.length / CHARACTERS_PER_MS));
      send(content);
    };
    return {
      changed: () => {
        cancel ??= clock.after(Math.max(0, last + pause - clock.monotonic()), flush);
      },
      stop: () => cancel?.(),
    };
  };

  const repeatedSave = (reply: Reply, save: (content: string) => void) => {
    let cancel: (() => void) | null = null;
    return {
      changed: () => {
        cancel ??= clock.after(SAVE_EVERY_MS, () => {
          cancel = null;
          try {
            save(reply.content(false));
          } catch (error) {
            // The last write, at the end, decides; a disk full for a moment must not end the answer.
            log.warn('a growing answer could not be saved', { words: storageWords(error) });
          }
        });
      },
      stop: () => cancel?.(),
    };
  };

  /** Titles a new chat: the prompt's beginning at once, the model's title, if wanted, beside the answer. */
  const titleJob = (
    turn: Turn,
    model: string,
    signal: AbortSignal,
    emit: (type: string, data: unknown) => void,
  ) => {
    const { chat } = turn;
    if (!chat || (!turn.isNew && chat.title !== UNTITLED)) return null;
    const plain = plainTitle(promptOf(turn.messages));
    const wanted = turn.form.background_tasks?.title_generation === true;
    let current = chat.title;
    let job: Promise<void> | null = null;
    const set = (title: string) => {
      // The user may have named it meanwhile, or deleted it.
      const now = chats.get(turn.userId, turn.chatId);
      if (now?.title !== current || title === current) return;
      chats.setTitle(now.n, title);
      current = title;
      emit('chat:title', title);
    };
    const begin = () => {
      job ??= wanted
        ? makeTitle(models, model, turn.messages, signal)
            .then((title) => {
              if (title !== null && !signal.aborted) set(title);
            })
            .catch((error: unknown) => log.warn('no title could be made', { error: String(error) }))
        : Promise.resolve();
    };
    // At once, so that no list or notice ever says "New Chat".
    if (current === UNTITLED) set(plain);
    return {
      begin,
      settle: async () => {
        begin();
        let cancel = () => {};
        await Promise.race([
          job,
          new Promise<void>((resolve) => (cancel = clock.after(TITLE_WAIT_MS, resolve))),
        ]);
        cancel();
      },
    };
  };

  const runOne = async (turn: Turn, task: Task, model: string, first: boolean): Promise<void> => {
    const where = { chatId: turn.chatId, messageId: task.messageId };
    try {
      await answerTurn(turn, task, model, first);
    } catch (error) {
      log.error('an answer failed inside the server', {
        error: error instanceof Error ? error.stack : String(error),
      });
      const words = { error: { content: `The backend could not finish the answer. ${storageWords(error)}` } };
      hub.emit(turn.userId, { ...where, type: 'chat:message:error', data: words });
      hub.emit(turn.userId, { ...where, type: 'chat:tasks:cancel' });
      closeAfterFailure(turn, task, words);
    } finally {
      tasks.delete(task.id);
      if (ofChat(turn.chatId).length === 0)
        hub.emit(turn.userId, { ...where, type: 'chat:active', data: { active: false } });
    }
  };
  const closeAfterFailure = (turn: Turn, task: Task, words: Record<string, unknown>) => {
    try {
      if (turn.chat) chats.putMessage(turn.chat.n, task.messageId, { done: true, ...words });
    } catch (error) {
      // It stays unfinished on disk and is closed at the next start.
      log.error('a failed answer could not be closed', { words: storageWords(error) });
    }
  };

  const stopAll = async (list: Task[], reason: StopReason): Promise<void> => {
    for (const task of list) task.stop.abort(reason);
    await Promise.all(list.map((task) => task.finished));
  };

  return {
    start: (turn) => {
      const running = ofChat(turn.chatId);
      const started = turn.answers.map(({ model, messageId }, i): Task => {
        const again = running.find((task) => task.messageId === messageId);
        if (again) return again;
        const task: Task = {
          id: randomUUID(),
          userId: turn.userId,
          chatId: turn.chatId,
          messageId,
          stop: new AbortController(),
          finished: Promise.resolve(),
        };
        tasks.set(task.id, task);
        hub.emit(turn.userId, {
          chatId: turn.chatId,
          messageId,
          type: 'chat:active',
          data: { active: true },
        });
        task.finished = runOne(turn, task, model, i === 0);
        return task;
      });
      return {
        taskIds: started.map((task) => task.id),
        finished: Promise.all(started.map((task) => task.finished)).then(() => undefined),
      };
    },
    list: (chatId) => (chatId === undefined ? [...tasks.keys()] : ofChat(chatId).map((task) => task.id)),
    ownerOf: (taskId) => tasks.get(taskId)?.userId ?? null,
    stopTask: async (taskId) => {
      const task = tasks.get(taskId);
      if (!task) return false;
      await stopAll([task], 'stopped');
      return true;
    },
    stopChat: (chatId, reason) => stopAll(ofChat(chatId), reason),
    stopUser: (userId) =>
      stopAll(
        [...tasks.values()].filter((task) => task.userId === userId),
        'deleted',
      ),
    shutdown: () => stopAll([...tasks.values()], 'shutdown'),
  };
}
