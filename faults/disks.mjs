/**
 * Disks: small file systems of our own, to be filled, cut off and copied. Root only.
 */
import { execFileSync } from "node:child_process";
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

/** A disk in memory. */
export function ramDisk(mib) {
  const at = mkdtempSync(join(tmpdir(), "waybill-ram-"));
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
  return { at, image, folder, ...mounted(at), remove };
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
      const { stdout } = { stdout: execFileSync("df", ["--output=avail", "-B1", at]).toString() };
      const bytes = Number(stdout.trim().split("\n").pop());
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
    readOnly: () => remount("ro"),
    readWrite: () => remount("rw"),
  };
}

function unmount(at) {
  mounts.delete(at);
  try {
    execFileSync("umount", [at], { stdio: "pipe" });
  } catch {
    execFileSync("umount", ["-l", at], { stdio: "pipe" });
  }
  rmSync(at, { recursive: true, force: true });
}
