#!/usr/bin/env bash
# Backs up an installation to another machine, encrypted for the holder of an age identity.
#
# NEXUS_BACKUP_TO         where rsync copies the file to: backup@vault.example.com:nexus/
# NEXUS_BACKUP_RECIPIENTS the file with the public keys of age, one a line
# NEXUS_STATE_DIR         the state directory of the installation
#
# A file is copied only if it is whole. This script deletes nothing on the other machine: let that machine decide how
# long it keeps backups, so that whoever breaks into this one cannot delete them.
set -euo pipefail
umask 077
: "${NEXUS_BACKUP_TO:?}" "${NEXUS_BACKUP_RECIPIENTS:?}" "${NEXUS_STATE_DIR:?}"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
file=$folder/nexus-$(date -u +%Y%m%dT%H%M%SZ).tar.gz.age
nexus backup - | age --encrypt --recipients-file "$NEXUS_BACKUP_RECIPIENTS" --output "$file"
rsync --ignore-existing "$file" "$NEXUS_BACKUP_TO"
