# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the numbered scripts say, in Korean where LANG begins with ko and in English elsewhere, and how
# they run commands. Sourced, not run.

# key|English|Korean; %s in the same order in both
message_table='
already|ok: %s is there|확인: %s이(가) 이미 있습니다
installing|installing %s|%s 설치 중
no_root|this needs root, and there is no sudo|root 권한이 필요하지만 sudo가 없습니다
other_system|this script installs on Debian and Ubuntu; install %s yourself|이 스크립트는 Debian과 Ubuntu용입니다. %s을(를) 직접 설치하십시오
other_machine|there is no download of %s for %s|%s은(는) %s용으로 제공되지 않습니다
bad_checksum|%s: the checksum is wrong; nothing was installed|%s: 체크섬이 다릅니다. 설치하지 않았습니다
docker_group|you are now in the group "docker"; it counts from your next login|"docker" 그룹에 추가했습니다. 다음 로그인부터 적용됩니다
docker_down|docker is installed but does not answer; is its service running, and are you in the group "docker"?|docker가 응답하지 않습니다. 서비스가 실행 중인지, "docker" 그룹에 속해 있는지 확인하십시오
cluster_there|ok: a cluster answers (context %s)|확인: 클러스터가 응답합니다 (컨텍스트 %s)
cluster_start|starting a cluster with minikube|minikube로 클러스터를 시작합니다
environment_ready|the environment is ready|환경이 준비되었습니다
no_cluster|no cluster answers: run scripts/01-setup-environment.sh, or set KUBECONFIG|클러스터가 응답하지 않습니다. scripts/01-setup-environment.sh를 실행하거나 KUBECONFIG를 지정하십시오
missing_tool|%s is missing: run scripts/01-setup-environment.sh|%s이(가) 없습니다. scripts/01-setup-environment.sh를 실행하십시오
no_builder|none of docker, podman, buildah is there and works|docker, podman, buildah 중 동작하는 것이 없습니다
building|building %s with %s|%s 빌드 중 (%s)
image_size|%s: %s bytes|%s: %s바이트
image_large|%s is larger than the 20 MB it may be: see docs/decisions/0004-images.md|%s이(가) 허용된 20MB를 넘습니다. docs/decisions/0004-images.md를 보십시오
loading|loading the images into %s|이미지를 %s에 넣는 중
no_loader|this cluster is neither minikube, kind, k3s nor a containerd on this machine: set KUBEMONITOR_LOAD_COMMAND|minikube, kind, k3s, 이 장비의 containerd 중 어느 것도 아닙니다. KUBEMONITOR_LOAD_COMMAND를 지정하십시오
images_ready|the images are in the cluster|이미지가 클러스터에 있습니다
applying|applying %s|%s 적용 중
waiting|waiting for %s|%s 대기 중
not_ready|%s did not become ready|%s이(가) 준비되지 않았습니다
addresses|kubemonitor answers at:|kubemonitor 주소:
load_start|starting pods with known loads in namespace %s|네임스페이스 %s에서 부하를 아는 파드를 시작합니다
measuring|measuring for %s seconds against %s|%s초 동안 측정합니다: %s
unreachable|%s does not answer|%s이(가) 응답하지 않습니다
column_check|check|항목
column_expected|expected|기대
column_read|read|측정
column_result|result|결과
good|ok|통과
bad|FAILED|실패
row_endpoint|GET %s|GET %s
row_cpu|CPU of %s, millicores|%s의 CPU(밀리코어)
row_disk|disk written by %s, bytes/s|%s의 디스크 쓰기(바이트/초)
row_network|network received by %s, bytes/s|%s의 네트워크 수신(바이트/초)
row_deployment|pods of the deployment %s|디플로이먼트 %s의 파드 수
row_rows|rows in the history of %s|%s의 이력 행 수
row_node|nodes that report|보고하는 노드 수
totals|%s passed, %s failed|통과 %s, 실패 %s
step|== %s|== %s
all_done|kubemonitor is installed and tested|kubemonitor 설치와 시험을 마쳤습니다
'

declare -A message_texts=()
while IFS='|' read -r message_key message_english message_korean; do
    [ -n "$message_key" ] || continue
    case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
    ko*) message_texts[$message_key]=$message_korean ;;
    *) message_texts[$message_key]=$message_english ;;
    esac
done <<<"$message_table"

text() { # KEY ARGUMENT...: the text without a line end
    local key=$1
    shift
    # shellcheck disable=SC2059 # the formats are the table's
    printf "${message_texts[$key]}" "$@"
}

say() { # KEY ARGUMENT...
    text "$@"
    echo
}

die() { # KEY ARGUMENT...
    say "$@" >&2
    exit 1
}

# Runs a command, or with --dry-run only shows it, as one could type it.
dry_run=
run() {
    if [ -n "$dry_run" ]; then
        printf '+'
        printf ' %q' "$@"
        echo
    else
        "$@"
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        run "$@"
    elif [ -n "$dry_run" ] || command -v sudo >/dev/null; then
        run sudo "$@"
    else
        die no_root
    fi
}

have() {
    command -v "$1" >/dev/null 2>&1
}

cluster_answers() {
    have kubectl && kubectl --request-timeout=5s get --raw /version >/dev/null 2>&1
}
