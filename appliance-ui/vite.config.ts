// How the scripts of the pages are built: by Vaadin's own configuration, which its build writes to vite.generated.ts.
import { readFileSync, writeFileSync } from 'fs';
import path from 'path';
import { defineConfig, type Plugin } from 'vite';
import { vaadinConfig } from './vite.generated';

// A check of types, and a chart of sizes: they take time, and ship or find nothing.
const left = ['vite-plugin-checker', 'visualizer'];

// Scripts that were kept from the build before get this mark in Vaadin's notes, and lose the line breaks there. New ones are written
// likewise, so that a package has the same bytes either way.
const marked: Plugin = {
  name: 'hearth:marked-notes',
  closeBundle() {
    const notes = path.resolve(__dirname, 'target/classes/META-INF/VAADIN/config/stats.json');
    const content = JSON.parse(readFileSync(notes, { encoding: 'utf-8' }));
    writeFileSync(notes, JSON.stringify({ ...content, 'pre-compiled': true }) + '\n');
  }
};

export default defineConfig(async (env) => {
  const config = await vaadinConfig(env);
  const plugins = (config.plugins ?? []).flat(2) as (Plugin | false)[];
  return { ...config, plugins: [...plugins.filter((plugin) => plugin && !left.includes(plugin.name)), marked] };
});
