import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const root = new URL('./src/renderer/', import.meta.url).pathname;

/**
 * The windows: one HTML entry each, built to out/renderer/{chat,settings,admin}/index.html. Addresses are
 * relative, so that the same files work under hark-app:// and http. Nothing inline: the content security
 * policy allows neither inline scripts nor inline styles.
 */
export default defineConfig({
  root,
  base: './',
  publicDir: 'public',
  plugins: [react()],
  build: {
    outDir: new URL('./out/renderer/', import.meta.url).pathname,
    emptyOutDir: true,
    target: ['chrome130', 'firefox130', 'safari18'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    rolldownOptions: {
      input: {
        chat: `${root}chat/index.html`,
        settings: `${root}settings/index.html`,
        admin: `${root}admin/index.html`,
      },
    },
  },
});
