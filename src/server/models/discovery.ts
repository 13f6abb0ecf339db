import type { Clock } from '../../main/ports.ts';
import { listModels, type ListedModel } from './openai-endpoint.ts';
import type { UpstreamHttp } from './upstream-http.ts';

/** A place a local model server usually listens at. */
export interface UsualPlace {
  url: string;
  ownedBy: string;
  label: string;
}

export const USUAL_PLACES: readonly UsualPlace[] = [
  { url: 'http://127.0.0.1:11434/v1', ownedBy: 'ollama', label: 'Ollama' },
  { url: 'http://127.0.0.1:1234/v1', ownedBy: 'lmstudio', label: 'LM Studio' },
  { url: 'http://127.0.0.1:8080/v1', ownedBy: 'llamacpp', label: 'llama.cpp' },
];

export interface Found extends UsualPlace {
  models: ListedModel[];
}

const TIMEOUT_MS = 700;
const FRESH_MS = 15_000;

/**
 * Asks the usual local ports for models. Answers are kept for a while, so that opening the model list
 * does not knock on every port each time.
 */
export function createDiscovery(
  http: UpstreamHttp,
  clock: Clock,
  places: readonly UsualPlace[],
): { find: (force: boolean) => Promise<Found[]> } {
  let known: { at: number; found: Promise<Found[]> } | null = null;
  const look = async (): Promise<Found[]> => {
    const answers = await Promise.all(
      places.map(async (place) => ({
        place,
        list: await listModels(http, { url: place.url, key: null }, TIMEOUT_MS),
      })),
    );
    return answers.flatMap(({ place, list }) =>
      // Embedding models are listed beside the others but cannot chat.
      list.ok ? [{ ...place, models: list.data.filter((model) => !/embed/i.test(model.id)) }] : [],
    );
  };
  return {
    find: (force) => {
      if (force || !known || clock.monotonic() - known.at > FRESH_MS)
        known = { at: clock.monotonic(), found: look() };
      return known.found;
    },
  };
}
