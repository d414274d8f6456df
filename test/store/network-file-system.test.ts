import { describe, expect, test } from "vitest";
import { assertLocal, networkFileSystem } from "../../src/store/network-file-system.ts";
import { labErrorOf } from "./failure.ts";

describe("the type of a file system, as Linux numbers them", () => {
  test.each([
    ["NFS", 0x6969],
    ["SMB", 0x517b],
    ["CIFS", 0xff534d42],
    ["SMB 2 or 3", 0xfe534d42],
    ["9p", 0x01021997],
    ["Ceph", 0x00c36400],
    ["AFS", 0x5346414f],
    ["FUSE, such as sshfs", 0x65735546],
  ])("%s is one of a network", (name, type) => {
    expect(networkFileSystem(type)).toBe(name);
  });

  test.each([
    ["ext4", 0xef53],
    ["XFS", 0x58465342],
    ["Btrfs", 0x9123683e],
    ["ZFS", 0x2fc12fc1],
    ["tmpfs", 0x01021994],
    ["overlayfs", 0x794c7630],
    ["F2FS", 0xf2f52010],
    ["NTFS of the kernel", 0x7366746e],
  ])("%s is local", (_, type) => {
    expect(networkFileSystem(type)).toBeUndefined();
  });

  test("is the same number when its highest bit came as a sign", () => {
    expect(networkFileSystem(0xff534d42 - 2 ** 32)).toBe("CIFS");
  });
});

describe("a store on a network file system", () => {
  const onNfs = (path: string): number | undefined => (path === "/lab/run.db" ? 0x6969 : 0xef53);

  test("is refused with its name and what to do", () => {
    const error = labErrorOf(() => assertLocal("/lab/run.db", onNfs, {}));
    expect(error.code).toBe("STORE");
    expect(error.message).toContain("/lab/run.db lies on a network file system (NFS)");
    expect(error.next).toContain("PCMLAB_NETWORK_STORE=allow");
  });

  test("is refused before it is made, by the folder that it would be in", () => {
    const folderOnNfs = (path: string) => (path === "/lab" ? 0x6969 : undefined);
    expect(labErrorOf(() => assertLocal("/lab/new.db", folderOnNfs, {})).code).toBe("STORE");
    expect(() => assertLocal("/home/new.db", folderOnNfs, {})).not.toThrow();
  });

  test("is opened when the user says that only this host does", () => {
    expect(() => assertLocal("/lab/run.db", onNfs, { PCMLAB_NETWORK_STORE: "allow" })).not.toThrow();
    expect(() => assertLocal("/lab/run.db", onNfs, { PCMLAB_NETWORK_STORE: "0" })).toThrow();
  });
});
