/**
 * Disks: small file systems of our own, to be filled, cut off and copied. Root only.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const mounts = new Set();
process.once("exit", () => {
  for (const at of [...mounts].reverse()) unmount(at);
});

/** Why no disk can be made here; null when one can. */
export function noDisks() {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid() !== 0) return "needs root, to mount";
  try {
    const disk = ramDisk(1);
    disk.remove();
    const image = imageDisk(16);
    image.remove();
    return null;
  } catch (error) {
    return `no disk can be mounted: ${String(error.message).split("\n")[0]}`;
  }
}

/** A disk in memory. `where`: a folder that is made for it, by default one of its own. */
export function ramDisk(mib, where) {
  const at = where ?? mkdtempSync(join(tmpdir(), "waybill-ram-"));
  mkdirSync(at, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mib}m`, "tmpfs", at]);
  return { at, ...mounted(at), remove: () => unmount(at) };
}

/** An ext4 file system in a file. */
export function imageDisk(mib) {
  const folder = mkdtempSync(join(tmpdir(), "waybill-image-"));
  const image = join(folder, "disk.img");
  writeFileSync(image, "");
  truncateSync(image, mib * 2 ** 20);
  execFileSync("mkfs.ext4", ["-q", "-O", "^metadata_csum_seed", image]);
  const at = join(folder, "disk");
  mkdirSync(at);
  execFileSync("mount", ["-o", "loop", image, at]);
  const remove = () => {
    unmount(at);
    rmSync(folder, { recursive: true, force: true });
  };
  const mountAgain = () => {
    execFileSync("umount", [at]);
    // 1: it mended something.
    const { status } = spawnSync("e2fsck", ["-p", image]);
    if (status > 1) throw new Error(`e2fsck says ${status}`);
    execFileSync("mount", ["-o", "loop", image, at]);
  };
  return { at, image, folder, ...mounted(at), mountAgain, remove };
}

/** What a power cut at this moment leaves: the bytes that reached the image, on a disk of their own. */
export function cutOff({ image, folder }, name) {
  const copy = join(folder, `${name}.img`);
  execFileSync("cp", ["--sparse=always", image, copy]);
  const at = join(folder, name);
  mkdirSync(at);
  execFileSync("mount", ["-o", "loop", copy, at]);
  mounts.add(at);
  const remove = () => {
    unmount(at);
    rmSync(copy, { force: true });
  };
  return { at, remove };
}

function mounted(at) {
  mounts.add(at);
  const remount = (how) => execFileSync("mount", ["-o", `remount,${how}`, at], { stdio: "pipe" });
  const filler = join(at, "filler");
  return {
    /** Leaves no free byte. */
    fill: () => {
      const told = execFileSync("df", ["--output=avail", "-B1", at]).toString();
      const bytes = Number(told.trim().split("\n").pop());
      try {
        execFileSync("fallocate", ["-l", String(Math.max(bytes, 1)), filler], { stdio: "pipe" });
      } catch {}
      try {
        execFileSync("dd", ["if=/dev/zero", `of=${filler}.more`, "bs=4096"], { stdio: "pipe" });
      } catch {}
    },
    free: () => {
      rmSync(filler, { force: true });
      rmSync(`${filler}.more`, { force: true });
    },
    /** Read-only at once, as after an error of the device. Only a new mount brings an ext4 disk back. */
    abort: () => remount("abort"),
  };
}

function unmount(at) {
  mounts.delete(at);
  try {
    execFileSync("umount", [at], { stdio: "pipe" });
  } catch {
    spawnSync("umount", ["-l", at]);
  }
  rmSync(at, { recursive: true, force: true });
}
