#!/bin/sh
# Runs one shell command in a small virtual machine whose kernel has vhci-hcd (USB/IP), usbtmc and cdc-acm, which containers
# and cloud machines rarely have. QEMU boots Debian's kernel; this machine's files are its root, read-only under an overlay,
# so node, the checkout and the usbip command are there. This machine's loopback services are at 10.0.2.2 in it.
#
#   usb-vm.sh 'command'     the exit status is that of the command; 124 when it does not end in time, 125 without a machine
#
# needs   apt-get install -y qemu-system-x86 busybox-static kmod cpio iproute2 usbip
# reads   VM_SECONDS, the limit (100 unless set); VM_KERNEL, a folder with an unpacked linux-image package (unless set, one
#         is fetched by apt-get into ~/.cache/pcmlab/vm-kernel); such a folder needs `depmod -b FOLDER VERSION` once
set -eu
[ $# -eq 1 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 125; }
kernel=${VM_KERNEL:-${XDG_CACHE_HOME:-$HOME/.cache}/pcmlab/vm-kernel}
seconds=${VM_SECONDS:-100}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The folder is whole from the moment it has its name, as two tests may fetch at a time.
fetch_kernel() {
  image=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)
  # apt's own user must be able to write there, or it complains.
  mkdir -p "$work/fetched" "$kernel.$$" && chmod 755 "$work" && chmod 777 "$work/fetched" &&
    (cd "$work/fetched" && apt-get download -q "$image" >/dev/null) &&
    dpkg-deb -x "$work"/fetched/*.deb "$kernel.$$" &&
    depmod -b "$kernel.$$" "$(ls "$kernel.$$/lib/modules")" &&
    { mv -T "$kernel.$$" "$kernel" 2>/dev/null || [ -d "$kernel/boot" ]; }
  fetched=$?
  rm -rf "$kernel.$$"
  return $fetched
}

# The modules that a list of modules needs, dependencies first, each once.
modules_for() {
  for name in "$@"; do
    modprobe --dirname "$kernel" --set-version "$version" --show-depends "$name" 2>/dev/null || true
  done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++'
}

[ -d "$kernel/boot" ] || fetch_kernel || { echo "usb-vm: apt-get can fetch no kernel (linux-image-amd64)" >&2; exit 125; }
version=$(ls "$kernel/lib/modules")

initrd=$work/initrd
mkdir -p "$initrd/bin" "$initrd/modules" "$initrd/proc" "$initrd/sys" "$initrd/dev" "$initrd/host" "$initrd/top" "$initrd/root"
cp "$(command -v busybox)" "$initrd/bin/busybox"
modules_for virtio_pci 9pnet_virtio 9p overlay virtio_net vhci-hcd usbtmc cdc-acm > "$work/modules"
while read -r file; do cp "$file" "$initrd/modules/"; done < "$work/modules"

cat > "$work/inside" <<EOF
export PATH='$PATH' HOME='$HOME'
ip link set lo up; ip addr add 10.0.2.15/24 dev eth0; ip link set eth0 up; ip route add default via 10.0.2.2
cd '$PWD'
$1
EOF

{
  echo '#!/bin/busybox sh'
  echo '/bin/busybox --install -s /bin'
  echo 'mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev'
  sed 's|.*/|insmod /modules/|' "$work/modules"
  echo 'mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=524288,cache=loose host /host'
  echo 'mount -t tmpfs -o size=512m tmpfs /top; mkdir /top/upper /top/work'
  echo 'mount -t overlay -o lowerdir=/host,upperdir=/top/upper,workdir=/top/work overlay /root'
  echo 'for folder in proc sys dev; do mount --move /$folder /root/$folder; done'
  echo 'mkdir -p /root/dev/pts /root/dev/shm; mount -t devpts devpts /root/dev/pts; mount -t tmpfs tmpfs /root/dev/shm'
  echo "chroot /root /bin/sh '$work/inside'; echo \"usb-vm: ended \$?\""
  echo 'echo o > /root/proc/sysrq-trigger; sleep 10'
} > "$initrd/init"
chmod +x "$initrd/init"
(cd "$initrd" && find . | cpio --quiet -o -H newc | gzip -1) > "$work/initrd.gz"

# Software emulation everywhere: where there is a /dev/kvm in a cloud machine, it does not always work.
timeout "$seconds" qemu-system-x86_64 -M q35 -accel tcg -m 1024 -smp 2 -display none -monitor none -no-reboot \
  -serial "file:$work/console" -nic user,model=virtio-net-pci \
  -kernel "$kernel/boot/vmlinuz-$version" -initrd "$work/initrd.gz" -append "console=ttyS0 loglevel=1 panic=-1" \
  -virtfs "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap" 2> "$work/qemu" || true

tr -d '\r' < "$work/console" > "$work/printed" 2>/dev/null || { cat "$work/qemu" >&2; exit 125; }
status=$(sed -n 's/^usb-vm: ended \([0-9]*\)$/\1/p' "$work/printed" | tail -n 1)
grep -v '^usb-vm: ended' "$work/printed" || true
[ -n "$status" ] || { echo "usb-vm: not ended after $seconds s" >&2; cat "$work/qemu" >&2; exit 124; }
exit "$status"
