/** A model as Open WebUI's /api/models lists it. */
export interface ModelEntry {
  id: string;
  name: string;
  object: 'model';
  created: number;
  owned_by: string;
  connection_type?: 'local' | 'external';
  urlIdx?: number;
  info: {
    meta: { description: string | null; capabilities: Record<string, boolean> };
    params: Record<string, unknown>;
  };
  actions: unknown[];
  tags: { name: string }[];
}

/** A request in OpenAI's chat completion form. `model` is the id the source itself knows. */
export interface CompletionRequest {
  model: string;
  messages: Record<string, unknown>[];
  stream: boolean;
  [option: string]: unknown;
}

export type JsonObject = Record<string, unknown>;

/** What a model says piece by piece: OpenAI chunks as they came, or the words of a failure, after which nothing follows. */
export type ModelPiece = { chunk: JsonObject } | { error: string };

/** What became of a completion request. */
export type Completion =
  | { kind: 'stream'; pieces: AsyncIterable<ModelPiece> }
  /** One whole answer; also when a stream was asked for but the endpoint does not stream. */
  | { kind: 'whole'; body: JsonObject }
  /** `status` is what to pass on over HTTP, `words` are for a person. */
  | { kind: 'refused'; status: number; words: string; retryAfterSeconds?: number };

/** Answers completion requests for some models. Aborting the signal ends the answer without an error. */
export interface ModelSource {
  complete: (request: CompletionRequest, signal: AbortSignal) => Promise<Completion>;
}

/** The text of one delta, and of the thinking beside it, by the names in use. */
export function readDelta(chunk: JsonObject): { text: string; thinking: string } {
  const delta = firstChoice(chunk)?.delta as JsonObject | undefined;
  const thinking = delta?.reasoning_content ?? delta?.reasoning ?? delta?.thinking;
  return {
    text: typeof delta?.content === 'string' ? delta.content : '',
    thinking: typeof thinking === 'string' ? thinking : '',
  };
}

/** The message of a whole answer. */
export function readMessage(body: JsonObject): { text: string; thinking: string } {
  const message = firstChoice(body)?.message as JsonObject | undefined;
  return readDelta({ choices: [{ delta: message }] });
}

export function readUsage(body: JsonObject): JsonObject | null {
  return typeof body.usage === 'object' && body.usage !== null ? (body.usage as JsonObject) : null;
}

function firstChoice(body: JsonObject): JsonObject | undefined {
  const choices = body.choices;
  return Array.isArray(choices) ? (choices[0] as JsonObject | undefined) : undefined;
}
