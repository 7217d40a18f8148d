import base from '../../playwright.config';
export default { ...base, testDir: '..', testIgnore: [], globalSetup: './setup.ts', outputDir: '/tmp/e-shots/results', workers: 2, timeout: 40_000, expect: { timeout: 8_000 },
  projects: base.projects!.filter((p) => p.name !== 'blind') };
