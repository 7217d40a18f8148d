import { spawn } from 'node:child_process';
import original from '../support/program';
export default async function () {
  const end = await original();
  const api = process.env.ONHAND_E2E_URL!;
  const p = spawn('npx', ['vite', 'preview', '--host', '127.0.0.1', '--port', '18397', '--strictPort'], { env: { ...process.env, ONHAND_API: api }, detached: true, stdio: 'ignore' });
  for (let i = 0; i < 60; i++) { try { await fetch('http://127.0.0.1:18397/'); break; } catch { await new Promise((r) => setTimeout(r, 500)); } }
  process.env.ONHAND_E2E_URL = 'http://127.0.0.1:18397';
  return async () => { process.kill(-p.pid!, 'SIGTERM'); await end(); };
}
