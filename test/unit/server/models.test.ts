import { createServer } from 'node:net';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { KEPT_KEY } from '../../../src/server/models/connections.ts';
import { startTestServer, type Client, type Json, type TestServer } from '../../support/hark-server.ts';
import { startOpenAiUpstream, type OpenAiUpstream } from '../../support/openai-upstream.ts';

let server: TestServer;
let ada: Client;
const upstreams: OpenAiUpstream[] = [];
const upstream = async (models: string[]): Promise<OpenAiUpstream> => {
  const made = await startOpenAiUpstream(models);
  upstreams.push(made);
  return made;
};
afterEach(async () => {
  await server.close();
  for (const one of upstreams.splice(0)) await one.close();
});
const start = async (options: Parameters<typeof startTestServer>[0] = {}) => {
  server = await startTestServer(options);
  ada = await server.signUp('Ada');
};
const connect = (urls: string[], keys: string[], configs: Json = {}) =>
  ada.post('/openai/config/update', {
    OPENAI_API_BASE_URLS: urls,
    OPENAI_API_KEYS: keys,
    OPENAI_API_CONFIGS: configs,
  });
const ids = async (): Promise<string[]> =>
  (await ada.get('/api/models?refresh=true')).body.data.map((model: Json) => model.id);
const ask = (model: string) =>
  ada.post('/api/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }] });

describe('the list of models', () => {
  it('is never empty: the demo model needs nothing', async () => {
    await start();
    const { data } = (await ada.get('/api/models')).body;
    expect(data).toMatchObject([{ id: 'hark-demo', name: 'Hark demo', owned_by: 'demo', object: 'model' }]);
    expect((await ada.get('/api/v1/models')).body.data).toEqual(data);
  });

  it('names the same id of two endpoints apart, and asks each by its own name', async () => {
    const [one, two, three] = [
      await upstream(['a', 'same']),
      await upstream(['same']),
      await upstream(['same']),
    ];
    await start({ places: [{ url: three.url, ownedBy: 'ollama', label: 'Ollama' }] });
    await connect([one.url, two.url], ['', '']);
    const host = new URL(two.url).host;
    expect(await ids()).toEqual(['hark-demo', 'a', 'same', `${host}.same`, 'ollama.same']);
    await ask(`${host}.same`);
    await ask('ollama.same');
    expect(one.requests).toHaveLength(0);
    expect([two, three].map((u) => u.requests[0]?.body.model)).toEqual(['same', 'same']);
  });

  it('puts the prefix of a connection before all of its models', async () => {
    const one = await upstream(['a']);
    await start();
    await connect([one.url], [''], { 0: { prefix_id: 'work' } });
    expect(await ids()).toEqual(['hark-demo', 'work.a']);
    await ask('work.a');
    expect(one.requests[0]?.body.model).toBe('a');
  });

  it('leaves out what is switched off', async () => {
    const one = await upstream(['a']);
    await start();
    await connect([one.url], [''], { 0: { enable: false } });
    expect(await ids()).toEqual(['hark-demo']);
    expect((await ask('a')).status).toBe(400);
  });

  it('keeps knowing the models of an entered endpoint that is down, and says so when asked', async () => {
    const one = await upstream(['a']);
    await start();
    await connect([one.url], ['']);
    expect(await ids()).toContain('a');
    await one.close();
    upstreams.length = 0;
    expect(await ids()).toContain('a');
    const answer = await ask('a');
    expect(answer.status).toBe(502);
    expect(answer.body.detail).toMatch(
      /Nothing answers at 127\.0\.0\.1:\d+\. Is the model's server running\?/,
    );
  });

  it('finds a model by itself that came after the list was read', async () => {
    const one = await upstream(['a']);
    await start();
    await connect([one.url], ['']);
    await ask('a');
    one.setModels(['a', 'new']);
    expect((await ask('new')).status).toBe(200);
  });
});

describe('discovery', () => {
  it('finds a local server, leaves out embedding models, and does not list an entered one twice', async () => {
    const local = await upstream(['llama3', 'nomic-embed-text']);
    await start({ places: [{ url: local.url, ownedBy: 'ollama', label: 'Ollama' }] });
    const found = (await ada.get('/api/models')).body.data;
    expect(found.map((m: Json) => [m.id, m.owned_by])).toEqual([
      ['hark-demo', 'demo'],
      ['llama3', 'ollama'],
    ]);
    await connect([local.url.replace('127.0.0.1', 'localhost')], ['']);
    expect(await ids()).toEqual(['hark-demo', 'llama3', 'nomic-embed-text']);
  });

  it('shows what it found among the connections, never saves it as entered, and lets it be switched off', async () => {
    const [local, entered] = [await upstream(['llama3']), await upstream(['a'])];
    await start({ places: [{ url: local.url, ownedBy: 'ollama', label: 'Ollama' }] });
    const saved = (await connect([entered.url], [''])).body;
    expect(saved.OPENAI_API_BASE_URLS).toEqual([entered.url, local.url]);
    expect(saved.OPENAI_API_CONFIGS).toMatchObject({ 1: { discovered: true, enable: true } });
    expect((await ada.post('/openai/config/update', saved)).body).toEqual(saved);
    expect(await ids()).toEqual(['hark-demo', 'a', 'llama3']);

    saved.OPENAI_API_CONFIGS[1].enable = false;
    await ada.post('/openai/config/update', saved);
    expect(await ids()).toEqual(['hark-demo', 'a']);
    const off = (await ada.get('/openai/config')).body;
    expect(off.OPENAI_API_CONFIGS[1]).toEqual({ discovered: true, enable: false });
    off.OPENAI_API_CONFIGS[1].enable = true;
    await ada.post('/openai/config/update', off);
    expect(await ids()).toContain('llama3');
  });

  it('is not held up by a port that takes connections and says nothing', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as { port: number };
    await start({ places: [{ url: `http://127.0.0.1:${port}/v1`, ownedBy: 'x', label: 'X' }] });
    const before = performance.now();
    expect(await ids()).toEqual(['hark-demo']);
    expect(performance.now() - before).toBeLessThan(2000);
    mute.close();
  });
});

describe('connections', () => {
  it('never give a key back, keep it when it is sent masked, and drop it when emptied', async () => {
    const one = await upstream(['a']);
    one.requireKey('sk-very-secret');
    await start();
    const saved = await connect([`${one.url}/`], ['sk-very-secret']);
    expect(saved.body).toMatchObject({ OPENAI_API_BASE_URLS: [one.url], OPENAI_API_KEYS: [KEPT_KEY] });
    expect(await ids()).toContain('a');

    const view = (await ada.get('/openai/config')).body;
    expect(JSON.stringify(view)).not.toContain('sk-very-secret');
    await ada.post('/openai/config/update', view);
    expect(await ids()).toContain('a');
    for (const name of await readdir(server.dataDir)) {
      const bytes = await readFile(join(server.dataDir, name), 'latin1').catch(() => '');
      expect(bytes.includes('sk-very-secret'), name).toBe(false);
    }
    expect(JSON.stringify(server.log.entries)).not.toContain('sk-very-secret');

    await connect([one.url], ['']);
    expect(await ids()).not.toContain('a');
  });

  it('keep keys with their address when the order changes', async () => {
    const [one, two] = [await upstream(['a']), await upstream(['b'])];
    one.requireKey('sk-one');
    two.requireKey('sk-two');
    await start();
    await connect([one.url, two.url], ['sk-one', 'sk-two']);
    await connect([two.url, one.url], [KEPT_KEY, KEPT_KEY]);
    expect(await ids()).toEqual(['hark-demo', 'b', 'a']);
  });

  it('are verified with the given key, or the stored one, and say what is wrong', async () => {
    const one = await upstream(['a', 'b']);
    one.requireKey('sk-good');
    await start();
    const verify = (url: string, key: string | null) => ada.post('/openai/verify', { url, key });
    expect((await verify(one.url, 'sk-good')).body.data.map((m: Json) => m.id)).toEqual(['a', 'b']);
    await connect([one.url], ['sk-good']);
    expect((await verify(one.url, null)).status).toBe(200);
    for (const [url, key, words] of [
      [one.url, 'sk-bad', /refused the API key/],
      [one.url.replace('/v1', ''), 'sk-good', /HTTP 404/],
      ['http://127.0.0.1:1/v1', '', /Nothing answers/],
      ['ftp://x/v1', '', /begin with http/],
      ['nonsense', '', /no address/],
      ['http://me:secret@127.0.0.1:1/v1', '', /Leave name and password out/],
      [server.url, '', /HTTP 404|not with a list/],
    ] as const) {
      const answer = await verify(url, key);
      expect(answer.status, url).toBe(400);
      expect(answer.body.detail, url).toMatch(words);
    }
  });
});
