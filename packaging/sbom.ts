import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Build, CannotBuild, run } from './build.ts';
import type { ShippedPackage } from './production.ts';

/** A component that is not an npm package. */
export interface ForeignPart {
  readonly name: string;
  readonly version: string;
  /** Package URL (github.com/package-url/purl-spec). */
  readonly purl: string;
  /** SPDX identifier. */
  readonly licence: string;
  /** The shipped file, absolute. */
  readonly file: string;
}

/** The fields of CycloneDX 1.5 that are changed here; all others stay as npm wrote them. */
interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly [more: string]: unknown;
}

interface Bill {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp: string; readonly component: Component; readonly [more: string]: unknown };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
  readonly [more: string]: unknown;
}

/**
 * The bill of materials as CycloneDX, by `npm sbom` from package-lock.json: the same lock file, time and npm give the same bytes. `shipped`: only these packages of node_modules
 * and those in the bundle; null: all that npm may install. `foreign`: components that are not npm packages.
 */
export function sbom(build: Build, shipped: readonly ShippedPackage[] | null, foreign: readonly ForeignPart[]): string {
  const whole = npmBill(build);
  const kept = shipped === null ? withoutTools(build, whole.components) : onlyShipped(build, whole.components, shipped);
  const components = [...kept, ...foreign.map(componentOf)].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
  const known = new Set(components.map((component) => component['bom-ref']));
  const own = whole.metadata.component['bom-ref'];
  const dependencies = whole.dependencies
    .filter(({ ref }) => ref === own || known.has(ref))
    .map(({ ref, dependsOn = [] }) => {
      const more = ref === own ? foreign.map((part) => componentOf(part)['bom-ref']) : [];
      return { ref, dependsOn: [...dependsOn.filter((each) => known.has(each)), ...more].sort() };
    })
    .concat(foreign.map((part) => ({ ref: componentOf(part)['bom-ref'], dependsOn: [] })))
    .sort((a, b) => (a.ref < b.ref ? -1 : 1));
  // npm uses the name of the folder of the checkout.
  const component = { ...whole.metadata.component, name: 'longplay' };
  const metadata = { ...whole.metadata, component, timestamp: new Date(build.epoch * 1_000).toISOString() };
  const bill = { ...whole, serialNumber: '', metadata, components, dependencies };
  return `${JSON.stringify({ ...bill, serialNumber: serialOf(JSON.stringify(bill)) }, null, 2)}\n`;
}

function npmBill(build: Build): Bill {
  try {
    const text = run('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], { cwd: build.root });
    return JSON.parse(String(text)) as Bill; // CycloneDX 1.5 as npm writes it.
  } catch (error) {
    if (!(error instanceof CannotBuild) || !error.message.includes('Unknown command')) throw error;
    throw new CannotBuild(
      `npm sbom is part of npm 10 and later; this is npm ${String(run('npm', ['--version'])).trim()}: npm install --global npm@11`,
    );
  }
}

/**
 * Returns the packages that npm installs with longplay, without those that only building and testing need. Reads the lock file, because `npm sbom --omit=dev` of npm 11.19.1 also
 * omits smol-toml, which longplay and a tool both need.
 */
function withoutTools(build: Build, components: readonly Component[]): readonly Component[] {
  const { packages } = JSON.parse(readFileSync(join(build.root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version: string; readonly dev?: true }>>;
  };
  const wanted = new Set(
    Object.entries(packages)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`),
  );
  return components.filter(({ name, version }) => wanted.has(`${name}@${version}`));
}

/** Returns the packages whose code is in the bundle (dist/licences.txt lists them) and those in node_modules of the package. */
function onlyShipped(build: Build, components: readonly Component[], shipped: readonly ShippedPackage[]): readonly Component[] {
  const bundled = [...readFileSync(join(build.root, 'dist/licences.txt'), 'utf8').matchAll(/^(\S+) (\d\S*) \(.+\)$/gm)].map(
    ([, name, version]) => `${name}@${version}`,
  );
  const loaded = shipped.map(({ name, folder }) => {
    const { version } = JSON.parse(readFileSync(join(build.root, folder, 'package.json'), 'utf8')) as { readonly version: string };
    return `${name}@${version}`;
  });
  const wanted = new Set([...bundled, ...loaded]);
  const kept = components.filter(({ name, version }) => wanted.delete(`${name}@${version}`));
  if (wanted.size > 0) throw new Error(`shipped, and not in the bill of npm: ${[...wanted].join(', ')}`);
  return kept;
}

function componentOf({ name, version, purl, licence, file }: ForeignPart): Component {
  const content = createHash('sha256').update(readFileSync(file)).digest('hex');
  return {
    'bom-ref': `${name}@${version}`,
    type: 'library',
    name,
    version,
    scope: 'required',
    purl,
    hashes: [{ alg: 'SHA-256', content }],
    licenses: [{ license: { id: licence } }],
  };
}

/** Returns a serial number derived from the content: a UUID of version 8, whose bits are free to choose (RFC 9562 section 5.8). */
function serialOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  const variant = (8 + (Number.parseInt(hex.charAt(16), 16) % 4)).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
