import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import reactHooks from 'eslint-plugin-react-hooks';

const electron = { name: 'electron', message: 'Only src/main/electron may import electron.' };
const electronStore = {
  name: 'electron-store',
  message: 'Only src/main/electron may import electron-store.',
};
/** Import boundary: which folders a folder may not reach. Source: the layout rules in README.md. */
const boundary = (files, patterns, paths = [electron, electronStore], extra = {}) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { paths, patterns, ...extra }] },
});

export default tseslint.config(
  { ignores: ['out/', 'dist/', 'node_modules/', 'test-results/', 'playwright-report/'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.renderer.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'max-lines': ['error', { max: 420, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['src/renderer/**/*.{ts,tsx}'], ...reactHooks.configs.flat.recommended },
  boundary(
    ['src/shared/**/*.ts'],
    [{ group: ['**/main/**', '**/server/**', '**/renderer/**'], message: 'shared imports nothing of ours.' }],
  ),
  boundary(
    ['src/main/**/*.ts'],
    [
      {
        group: ['**/renderer/**', '**/server/**', '**/electron/**', '**/browser/**'],
        message: 'Domains import neither hosts, server nor renderer.',
      },
    ],
  ),
  boundary(
    ['src/main/browser/**/*.ts'],
    [
      {
        group: ['**/renderer/**', '**/server/**', '**/electron/**'],
        message: 'The browser host imports domains only.',
      },
    ],
  ),
  boundary(
    ['src/main/electron/**/*.ts'],
    [{ group: ['**/renderer/**', '**/server/**'], message: 'The Electron host imports domains only.' }],
    [],
  ),
  boundary(
    ['src/server/**/*.ts'],
    [
      {
        group: [
          '**/renderer/**',
          '**/electron/**',
          '**/browser/**',
          '**/main/chat/**',
          '**/main/accounts/**',
          '**/main/backend/**',
        ],
        message: 'The server shares delivery, vault, database and log with main, nothing else.',
      },
    ],
  ),
  {
    files: ['src/renderer/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [electron, electronStore],
          patterns: [
            { group: ['**/main/**', '**/server/**'], message: 'renderer never imports main or server.' },
            {
              group: ['**/shared/ipc/routes*', 'zod', 'zod/*'],
              allowTypeImports: true,
              message: 'Types only: zod stays out of the renderer bundle.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        AbortSignal: 'readonly',
        fetch: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  {
    files: ['test/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
