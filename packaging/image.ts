import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Build, CannotBuild, run, tarOf } from './build.ts';

const mediaTypes = {
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
} as const;

/** The only layer of an image. */
interface Layer {
  /** A root file system as a tar, which is moved into the image. */
  readonly tar: string;
  /** Numeric user and group of the package in the image: platforms that refuse root check only the numbers. */
  readonly user: string;
}

/**
 * Makes an image: Debian 13 with the package and its dependencies. The same Debian packages give the same bytes: set LONGPLAY_DEBIAN_MIRROR to a snapshot if builds of different
 * days must be equal. Returns the name of the image.
 */
export function containerImage(build: Build, env: NodeJS.ProcessEnv): string {
  return imageOf(build, rootOf(build, env.LONGPLAY_DEBIAN_MIRROR));
}

/** Makes a tar of an OCI layout (image-spec 1.1) that runs longplay as the package's user. Needs no container engine. Returns the name of the tar. */
export function imageOf(build: Build, layer: Layer): string {
  const name = `longplay-${build.version}-oci`;
  const folder = join(build.work, name);
  rmSync(folder, { recursive: true, force: true });
  const blobs = join(folder, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const take = (mediaType: string, file: string): { mediaType: string; digest: string; size: number } => {
    const [hex, size] = [sha256Of(file), statSync(file).size];
    renameSync(file, join(blobs, hex));
    return { mediaType, digest: `sha256:${hex}`, size };
  };
  const put = (mediaType: string, value: unknown): ReturnType<typeof take> => {
    writeFileSync(join(build.work, 'blob'), JSON.stringify(value));
    return take(mediaType, join(build.work, 'blob'));
  };
  const created = new Date(build.epoch * 1_000).toISOString().replace('.000', '');
  const labels = {
    'org.opencontainers.image.title': 'longplay',
    'org.opencontainers.image.version': build.version,
    'org.opencontainers.image.licenses': 'MIT',
    'org.opencontainers.image.created': created,
  };
  const diffId = `sha256:${sha256Of(layer.tar)}`;
  const config = put(mediaTypes.config, {
    created,
    architecture: 'amd64',
    os: 'linux',
    config: {
      User: layer.user,
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8', 'LONGPLAY_KEYS=/var/lib/longplay/keys'],
      Entrypoint: ['/usr/bin/longplay'],
      Cmd: ['--help'],
      WorkingDir: '/var/lib/longplay',
      Labels: labels,
    },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created, created_by: `longplay ${build.version}: npm run package -- image` }],
  });
  run('gzip', ['-6', '--no-name', layer.tar]);
  const packed = take(mediaTypes.layer, `${layer.tar}.gz`);
  const manifest = put(mediaTypes.manifest, { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [packed], annotations: labels });
  const named = {
    ...manifest,
    annotations: { 'org.opencontainers.image.ref.name': build.version },
    platform: { architecture: 'amd64', os: 'linux' },
  };
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [named] }));
  writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  tarOf(build, folder, ['blobs', 'index.json', 'oci-layout'], join(build.out, `${name}.tar`));
  return `${name}.tar`;
}

/** A Debian root file system with the package installed. */
function rootOf(build: Build, mirror: string | undefined): Layer {
  const deb = join(build.out, `longplay_${build.version}_amd64.deb`);
  const place = join(build.work, 'longplay.deb');
  copyFileSync(deb, place);
  const depends = String(run('dpkg-deb', ['--field', deb, 'Depends'], { debian: 'dpkg' }));
  // Takes the first alternative of each dependency, without versions; makes users without systemd, which a container does not have.
  const packages = depends.split(',').map((each) => each.split('|')[0]?.replace(/\(.*/, '').trim() ?? '');
  const included = [...packages.map((each) => (each === 'systemd' ? 'systemd-standalone-sysusers' : each)), 'bzip2', 'xz-utils', 'zstd'];
  const file = join(build.work, 'root.tar');
  const hooks = [
    `copy-in ${place} /tmp`,
    'chroot "$1" dpkg --install /tmp/longplay.deb',
    // With this option dpkg does not wait for the disk after unpacking; the option itself does not belong in the image.
    'rm "$1/tmp/longplay.deb" "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap"',
    `copy-out /etc/passwd ${build.work}`,
  ].map((hook) => `--customize-hook=${hook}`);
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(build.epoch) };
  run(
    'mmdebstrap',
    [
      '--variant=minbase',
      '--dpkgopt=force-unsafe-io',
      `--include=${included.join(',')}`,
      ...hooks,
      'trixie',
      file,
      ...(mirror === undefined ? [] : [mirror]),
    ],
    {
      env,
    },
  );
  const [, uid, gid] = /^longplay:[^:]*:(\d+):(\d+):/m.exec(readFileSync(join(build.work, 'passwd'), 'utf8')) ?? [];
  if (uid === undefined || gid === undefined) throw new CannotBuild('the package made no user longplay in the image');
  return { tar: file, user: `${uid}:${gid}` };
}

/** Layers have hundreds of megabytes, so an external program reads them. */
function sha256Of(file: string): string {
  return String(run('sha256sum', ['--', file], { debian: 'coreutils' })).slice(0, 64);
}
