/** A unit for systemd that starts a campaign with the machine and again whenever it fails. */

export interface UnitFacts {
  /** Absolute paths. */
  readonly node: string;
  readonly main: string;
  readonly folder: string;
  readonly store: string;
  readonly user: string;
  /** Of `pcmlab campaign start`, after its name. */
  readonly words: readonly string[];
}

/** systemd.service(5). A campaign that is finished ends at once and well, so the unit may stay enabled. */
export const systemdUnit = ({ node, main, folder, store, user, words }: UnitFacts): string => `[Unit]
Description=pcmlab campaign of ${escaped(store)}
Documentation=man:systemd.service(5)
# A board that is not plugged in yet is tried again for ever.
StartLimitIntervalSec=0

[Service]
Type=exec
User=${escaped(user)}
WorkingDirectory=${escaped(folder)}
ExecStart=${[node, main, "campaign", "start", ...words].map(quoted).join(" ")}
Restart=on-failure
RestartSec=30
# 130: it was interrupted, as \`systemctl stop\` does. 2: the words above are wrong.
SuccessExitStatus=130
RestartPreventExitStatus=2
KillSignal=SIGTERM
# A reading that is under way is finished.
TimeoutStopSec=120

[Install]
WantedBy=multi-user.target
`;

/** systemd.unit(5): % begins a specifier. */
const escaped = (text: string): string => text.replaceAll("%", "%%");

/** systemd.service(5), command lines: $ begins a variable, and quotes keep words together. */
function quoted(word: string): string {
  const safe = escaped(word).replaceAll("$", "$$$$");
  return /^[\w./:@%=,+$-]+$/.test(safe) ? safe : `"${safe.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
