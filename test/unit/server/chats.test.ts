import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ftsQuery } from '../../../src/server/chats/search.ts';
import { startTestServer, type Client, type Json, type TestServer } from '../../support/hark-server.ts';

let server: TestServer;
let admin: Client;
let count = 0;
/** Every test has an account of its own. */
const account = () => server.addUser(admin, `User${(count += 1)}`);
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signUp('Ada');
});
afterAll(() => server.close());

const history = (...texts: string[]) => {
  const messages: Record<string, Json> = {};
  texts.forEach((content, i) => {
    messages[`m${i}`] = {
      id: `m${i}`,
      parentId: i === 0 ? null : `m${i - 1}`,
      childrenIds: i + 1 < texts.length ? [`m${i + 1}`] : [],
      role: i % 2 === 0 ? 'user' : 'assistant',
      content,
      ...(i % 2 === 0 ? {} : { done: true }),
    };
  });
  return { currentId: `m${texts.length - 1}`, messages };
};
const newChat = async (client: Client, title: string, ...texts: string[]): Promise<string> =>
  (await client.post('/api/v1/chats/new', { chat: { title, models: ['x'], history: history(...texts) } }))
    .body.id;
const titles = (answer: { body: Json }): string[] => answer.body.map((chat: Json) => chat.title);
const search = (client: Client, text: string, page = 1) =>
  client.get(`/api/v1/chats/search?${new URLSearchParams({ text, page: String(page) }).toString()}`);

describe('chats', () => {
  it('come back as they were sent, unknown fields of chat and messages included', async () => {
    const bob = await account();
    const sent = {
      title: 'All of it',
      models: ['a', 'b'],
      params: { temperature: 0.5 },
      files: [{ type: 'file', id: 'f' }],
      strange: { deep: [1, null, 'ü'] },
      history: {
        currentId: 'q',
        messages: {
          q: {
            id: 'q',
            parentId: null,
            childrenIds: [],
            role: 'user',
            content: [{ type: 'text', text: 'hi' }],
            extra: true,
          },
        },
      },
    };
    const made = (await bob.post('/api/v1/chats/new', { chat: sent })).body;
    const got = (await bob.get(`/api/v1/chats/${made.id}`)).body;
    expect(got.chat).toEqual({ ...sent, id: made.id });
    expect(got).toMatchObject({
      user_id: bob.user.id,
      title: 'All of it',
      archived: false,
      pinned: false,
      meta: { tags: [] },
      folder_id: null,
    });
    expect(got.created_at).toBeLessThan(1e11);
  });

  it('are merged by top-level key: a sent history replaces the whole one, others stay', async () => {
    const bob = await account();
    const id = await newChat(bob, 'Merge', 'one', 'two', 'three');
    const updated = await bob.post(`/api/v1/chats/${id}`, { chat: { title: 'Renamed', system: 'be kind' } });
    expect(Object.keys(updated.body.chat.history.messages)).toEqual(['m0', 'm1', 'm2']);
    const replaced = await bob.post(`/api/v1/chats/${id}`, { chat: { history: history('only') } });
    expect(Object.keys(replaced.body.chat.history.messages)).toEqual(['m0']);
    expect(replaced.body.chat).toMatchObject({ title: 'Renamed', system: 'be kind', models: ['x'] });
    expect(replaced.body.chat.history.currentId).toBe('m0');
  });

  it('are another’s to nobody: 401 everywhere, 404 only for deleting what never was', async () => {
    const [bob, eve] = [await account(), await account()];
    const id = await newChat(bob, 'Private', 'secret');
    for (const call of [
      () => eve.get(`/api/v1/chats/${id}`),
      () => eve.post(`/api/v1/chats/${id}`, { chat: { title: 'Mine' } }),
      () => eve.delete(`/api/v1/chats/${id}`),
      () => eve.post(`/api/v1/chats/${id}/pin`),
      () => eve.post(`/api/v1/chats/${id}/archive`),
      () => eve.post(`/api/v1/chats/${id}/tags`, { name: 'x' }),
      () => eve.post(`/api/v1/chats/${id}/folder`, { folder_id: null }),
      () => admin.get(`/api/v1/chats/${id}`),
      () => bob.get('/api/v1/chats/unknown'),
    ])
      expect((await call()).status).toBe(401);
    expect((await bob.delete('/api/v1/chats/unknown')).status).toBe(404);
    expect(titles(await search(eve, 'secret'))).toEqual([]);
    expect((await bob.get(`/api/v1/chats/${id}`)).body.title).toBe('Private');
  });

  it('are listed 60 a page, the latest first, all without a page; pinned, archived and foldered ones apart', async () => {
    const bob = await account();
    for (let i = 0; i < 63; i += 1) await newChat(bob, `Chat ${i}`);
    const first = await bob.get('/api/v1/chats/?page=1');
    expect(first.body).toHaveLength(60);
    expect(first.body[0].title).toBe('Chat 62');
    expect(titles(await bob.get('/api/v1/chats/list?page=2'))).toEqual(['Chat 2', 'Chat 1', 'Chat 0']);
    expect((await bob.get('/api/v1/chats/')).body).toHaveLength(63);
    expect((await bob.get('/api/v1/chats/?page=0')).status).toBe(422);

    const [a, b, c] = (await bob.get('/api/v1/chats/')).body as Json[];
    expect((await bob.post(`/api/v1/chats/${a.id}/pin`)).body.pinned).toBe(true);
    expect((await bob.get(`/api/v1/chats/${a.id}/pinned`)).body).toBe(true);
    expect((await bob.post(`/api/v1/chats/${b.id}/archive`)).body.archived).toBe(true);
    const folder = (await bob.post('/api/v1/folders/', { name: 'Work' })).body;
    await bob.post(`/api/v1/chats/${c.id}/folder`, { folder_id: folder.id });
    expect((await bob.get('/api/v1/chats/')).body).toHaveLength(60);
    expect((await bob.get('/api/v1/chats/?include_pinned=true&include_folders=true')).body).toHaveLength(62);
    expect(titles(await bob.get('/api/v1/chats/pinned'))).toEqual([a.title]);
    expect(titles(await bob.get('/api/v1/chats/archived'))).toEqual([b.title]);
    expect(titles(await bob.get(`/api/v1/chats/folder/${folder.id}`))).toEqual([c.title]);
    expect((await bob.delete('/api/v1/chats/')).body).toBe(true);
    expect((await bob.get('/api/v1/chats/?include_pinned=true')).body).toEqual([]);
  });
});

describe('search', () => {
  it('finds words in titles and messages: beginnings, any case, accents, phrases split by marks', async () => {
    const bob = await account();
    await newChat(bob, 'Bread', 'How do I bake Sourdough?', 'Use a **starter** and C++17-like patience.');
    await newChat(bob, 'Crème brûlée', 'sugar');
    await newChat(bob, '旅行の計画', '私は東京に行きます', '楽しんで');
    await newChat(bob, 'Code', 'look at foo_bar.baz(42)');
    for (const [query, found] of [
      ['sourd', ['Bread']],
      ['BAKE sour', ['Bread']],
      ['bake sugar', []],
      ['creme brulee', ['Crème brûlée']],
      ['東京', ['旅行の計画']],
      ['計画', ['旅行の計画']],
      ['foo_bar.baz', ['Code']],
      ['starter', ['Bread']],
      ['"unbalanced AND ( NEAR', []],
      ['*', []],
      ["sugar' OR 1=1", []],
    ] as const) {
      const answer = await search(bob, query);
      expect(answer.status, query).toBe(200);
      expect(titles(answer), query).toEqual(found);
    }
    expect((await search(bob, '')).body).toHaveLength(4);
  });

  it('forgets what was changed or deleted, and finds what came in its place', async () => {
    const bob = await account();
    const id = await newChat(bob, 'Alpha', 'walnut', 'hazelnut');
    await bob.post(`/api/v1/chats/${id}`, { chat: { title: 'Beta', history: history('pistachio') } });
    for (const gone of ['alpha', 'walnut', 'hazelnut'])
      expect(titles(await search(bob, gone)), gone).toEqual([]);
    for (const there of ['beta', 'pistachio'])
      expect(titles(await search(bob, there)), there).toEqual(['Beta']);
    await bob.delete(`/api/v1/chats/${id}`);
    expect(titles(await search(bob, 'pistachio'))).toEqual([]);
  });

  it('gives each chat once, page by page, however many of its messages match', async () => {
    const bob = await account();
    for (let i = 0; i < 65; i += 1) await newChat(bob, `Same ${i}`, 'same word', 'the same again');
    const [one, two, three] = [
      await search(bob, 'same', 1),
      await search(bob, 'same', 2),
      await search(bob, 'same', 3),
    ];
    expect(one.body).toHaveLength(60);
    expect(two.body).toHaveLength(5);
    expect(three.body).toEqual([]);
    expect(new Set([...one.body, ...two.body].map((c: Json) => c.id)).size).toBe(65);
    expect(one.body[0].title).toBe('Same 64');
  });

  it('does not find thinking, and obeys tag:, pinned:, archived: and folder:', async () => {
    const bob = await account();
    const id = await newChat(
      bob,
      'Thoughtful',
      'why',
      '<details type="reasoning" done="true">\n> marmalade\n</details>\nbecause',
    );
    expect(titles(await search(bob, 'marmalade'))).toEqual([]);
    await newChat(bob, 'Plain', 'because');
    await bob.post(`/api/v1/chats/${id}/tags`, { name: 'Big Idea' });
    expect(titles(await search(bob, 'because tag:big_idea'))).toEqual(['Thoughtful']);
    expect(titles(await search(bob, 'tag:big_idea'))).toEqual(['Thoughtful']);
    await bob.post(`/api/v1/chats/${id}/archive`);
    expect(titles(await search(bob, 'because'))).toEqual(['Plain']);
    expect(titles(await search(bob, 'because archived:true'))).toEqual(['Thoughtful']);
  });

  it.each([
    ['', null],
    ['!!! ...', null],
    ['a b', '"a" AND "b"*'],
    ['foo-bar', '"foo bar"*'],
    ['say "hi" OR', '"say" AND "hi" AND "OR"*'],
  ])('turns %j into %j', (text, query) => expect(ftsQuery(text)).toBe(query));
});

describe('tags and folders', () => {
  it('keep a tag as long as a chat has it', async () => {
    const bob = await account();
    const id = await newChat(bob, 'Tagged');
    await bob.post(`/api/v1/chats/${id}/tags`, { name: 'Two Words' });
    await bob.post(`/api/v1/chats/${id}/tags`, { name: 'two words' });
    expect((await bob.get(`/api/v1/chats/${id}/tags`)).body).toEqual([
      { id: 'two_words', name: 'Two Words', user_id: bob.user.id, meta: null },
    ]);
    expect((await bob.get(`/api/v1/chats/${id}`)).body.meta.tags).toEqual(['two_words']);
    expect(titles(await bob.post('/api/v1/chats/tags', { name: 'two words' }))).toEqual(['Tagged']);
    await bob.delete(`/api/v1/chats/${id}/tags`, { name: 'Two Words' });
    expect((await bob.get('/api/v1/chats/all/tags')).body).toEqual([]);
  });

  it('never let a folder into itself, or into another’s', async () => {
    const [bob, eve] = [await account(), await account()];
    const top = (await bob.post('/api/v1/folders/', { name: 'Top' })).body;
    const below = (await bob.post('/api/v1/folders/', { name: 'Below', parent_id: top.id })).body;
    expect((await bob.post(`/api/v1/folders/${top.id}/update/parent`, { parent_id: below.id })).status).toBe(
      400,
    );
    expect((await bob.post('/api/v1/folders/', { name: 'TOP' })).status).toBe(400);
    expect((await eve.post('/api/v1/folders/', { name: 'x', parent_id: top.id })).status).toBe(404);
    expect((await eve.post('/api/v1/chats/new', { chat: {}, folder_id: top.id })).status).toBe(404);
    expect((await eve.delete(`/api/v1/folders/${top.id}`)).status).toBe(404);
    const expanded = await bob.post(`/api/v1/folders/${top.id}/update/expanded`, { is_expanded: true });
    expect(expanded.body).toMatchObject({ is_expanded: true, name: 'Top' });
  });

  it('delete their chats, those below included, unless told to keep them', async () => {
    const bob = await account();
    for (const [keep, left] of [
      ['', 0],
      ['?delete_contents=false', 1],
    ] as const) {
      const top = (await bob.post('/api/v1/folders/', { name: 'Top' })).body;
      const below = (await bob.post('/api/v1/folders/', { name: 'Below', parent_id: top.id })).body;
      await bob.post('/api/v1/chats/new', { chat: { title: 'Inside' }, folder_id: below.id });
      await bob.delete(`/api/v1/folders/${top.id}${keep}`);
      expect((await bob.get('/api/v1/folders/')).body).toEqual([]);
      expect((await bob.get('/api/v1/chats/')).body).toHaveLength(left);
    }
  });
});
