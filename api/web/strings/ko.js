/* SPDX-License-Identifier: Apache-2.0 */
export default {
    /* places and kinds */
    cluster: "클러스터", nodes: "노드", node: "노드", namespaces: "네임스페이스", namespace: "네임스페이스",
    deployments: "디플로이먼트", deployment: "디플로이먼트", pods: "파드", pod: "파드", containers: "컨테이너",
    container: "컨테이너", workloads: "워크로드", workload: "워크로드", kind: "종류", not_found: "없는 주소입니다.",
    /* metrics */
    cpu: "CPU", memory: "메모리", network: "네트워크", disk: "디스크", pressure: "압박(PSI)", load: "부하",
    faults: "페이지 폴트", received: "수신", sent: "송신", read: "읽기", written: "쓰기",
    read_short: "읽기", written_short: "쓰기", disk_full: "디스크 사용", usage: "사용", user: "사용자", system: "시스템",
    iowait: "I/O 대기", steal: "스틸", throttled: "스로틀", request: "요청", limit: "제한",
    capacity: "용량", allocatable: "할당 가능", total: "전체", used: "사용", buffers: "버퍼", cached: "캐시", rss: "익명 메모리",
    cache: "페이지 캐시", working_set: "워킹 셋", swap: "스왑", load1: "1분", load5: "5분",
    load15: "15분", blocked: "대기 중", cpu_some: "CPU 일부", memory_some: "메모리 일부",
    memory_full: "메모리 전체", io_some: "I/O 일부", io_full: "I/O 전체", page_faults: "전체",
    major_page_faults: "메이저", restarts: "재시작", oom_kills: "OOM 종료", age: "나이", since: "시작 후",
    state: "상태", phase: "단계", clock: "시계", last_seen: "마지막 보고", cores: "코어",
    state_running: "실행 중", state_waiting: "대기 중", state_terminated: "종료됨",
    host_network: "노드 네트워크 사용",
    /* sentences */
    ago: "{time} 전", of_limit: "제한 {limit}", requested: "요청 {request}", per_node: "노드당 {count}개",
    all_report: "모두 보고 중", stale_nodes: "{count}개 무응답", silent: "무응답", stale_for: "{time} 동안 무응답",
    clock_off: "시계 {time}", no_data: "측정값 없음", nothing_here: "아직 아무것도 없습니다.",
    no_nodes: "아직 보고한 노드가 없습니다. 노드에서 kubemonitor-collector가 실행 중인지, 이 서버로 보내고 있는지 확인하세요.",
    nothing_found: "“{text}”에 맞는 것이 없습니다.",
    event_restarted: "{what} 재시작", event_started: "{what} 시작",
    event_killed: "메모리 부족으로 {count}개 종료", zoom_out: "전체 보기", history: "이력",
    no_answer: "서버가 응답하지 않습니다.", server_says: "서버 응답:",
    level_since: "{at}부터 {time} 동안 이 수준", level_whole: "{time} 이상 이 수준",
    last_update: "마지막 갱신 {time} 전.",
    /* controls */
    csv: "CSV 내려받기", csv_hint: "차트에 보이는 값을 스프레드시트용 표로", all_kinds: "모든 종류",
    search: "이름 검색", previous: "이전", next: "다음", pages: "페이지", window: "기간",
    live: "실시간", paused: "멈춤", live_hint: "멈추기/계속 (스페이스)", theme: "어둡게/밝게",
    language: "언어", help: "도움말", close: "닫기", skip: "본문으로", path: "경로", places: "메뉴",
    /* help */
    keys: "단축키", key_search: "검색", key_rows: "행 이동", key_open: "열기", key_back: "위로",
    key_pages: "이전/다음 페이지", key_cluster: "클러스터", key_nodes: "노드", key_namespaces: "네임스페이스",
    key_workloads: "워크로드", key_pods: "파드", key_pause: "멈추기/계속", key_help: "도움말",
    help_chart: "차트를 끌면 모든 차트가 함께 확대되고, 두 번 누르면 돌아갑니다. 보고 있는 상태는 주소에 있으니 그대로 공유할 수 있습니다.",
    /* units */
    unit_d: "일", unit_h: "시간", unit_min: "분", unit_s: "초",
};
