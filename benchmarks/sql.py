"""The same rules in SQL, written as a careful person would write them, for DuckDB.

Amounts come from the flat price lists of :mod:`fleets`. Legal sizes, minimums, rounding and the
Cloud Run credit are all here, because without them the answers would not agree.
"""

from __future__ import annotations

#: legal Fargate size of a request: rung by vCPU and by memory, then the rung's own memory step
FARGATE_RUNG = """greatest(
  case when vcpu <= 0.25 then 0 when vcpu <= 0.5 then 1 when vcpu <= 1 then 2 when vcpu <= 2 then 3
       when vcpu <= 4 then 4 when vcpu <= 8 then 5 when vcpu <= 16 then 6 else 7 end,
  case when {memory} <= 2 then 0 when {memory} <= 4 then 1 when {memory} <= 8 then 2
       when {memory} <= 16 then 3 when {memory} <= 30 then 4 when {memory} <= 60 then 5
       when {memory} <= 120 then 6 else 7 end)"""
FARGATE_MEMORY = """case rung
  when 0 then case when {memory} <= 0.5 then 0.5 when {memory} <= 1 then 1 else 2 end
  when 5 then greatest(16, 16 + 4 * ceil(({memory} - 16) / 4))
  when 6 then greatest(32, 32 + 8 * ceil(({memory} - 32) / 8))
  when 7 then case when {memory} <= 60 then 60 when {memory} <= 120 then 120 else 244 end
  else greatest(1 << (rung - 1), ceil({memory})) end"""

FARGATE = f"""
with sized as (select *, {FARGATE_RUNG.format(memory="memory_gib")} as rung from fleet),
billed as (
  select *, 0.25 * (1 << rung) as billed_vcpu, {FARGATE_MEMORY.format(memory="memory_gib")} as billed_memory,
    greatest(ceil(run_seconds), 60) / 3600 * runs_per_month * replicas as hours
  from sized),
priced as (
  select billed.*, hours * billed_vcpu * r.vcpu_hours as vcpu_cost,
    hours * billed_memory * r.memory_gib_hours as memory_cost,
    hours * greatest(ephemeral_storage_gib - 20, 0) * r.ephemeral_storage_gib_hours as storage_cost
  from billed left join rates r using (region, cpu_architecture, purchase_option))
"""
FARGATE_TOTAL = FARGATE + "select sum(vcpu_cost + memory_cost + storage_cost) from priced"
FARGATE_ROWS = (
    FARGATE
    + """select service, region, cpu_architecture, purchase_option, vcpu, memory_gib,
  ephemeral_storage_gib, replicas, runs_per_month, run_seconds,
  vcpu_cost + memory_cost + storage_cost as monthly_cost,
  (vcpu_cost + memory_cost + storage_cost) * 24 / 730 as daily_cost, billed_vcpu, billed_memory
  from priced"""
)
FARGATE_METERS = (
    FARGATE
    + """select service, region, cpu_architecture, purchase_option, vcpu, memory_gib,
  ephemeral_storage_gib, replicas, runs_per_month, run_seconds, vcpu_cost, memory_cost, storage_cost,
  vcpu_cost + memory_cost + storage_cost as monthly_cost from priced"""
)

MIXED_TOTAL = f"""
with asked as (
  select *, case when service = 'aws.fargate_eks' then memory_gib + 0.25 else memory_gib end as memory
  from fleet),
sized as (select *, {FARGATE_RUNG.format(memory="memory")} as rung from asked),
billed as (
  select service, region, replicas, runs_per_month, run_seconds, requests_per_month, request_seconds,
    case when service like 'aws.%' then 0.25 * (1 << rung)
      when service = 'gcp.gke_autopilot'
        then greatest(vcpu, ceil(memory * 1024 / (1.024 * 6.5) * (1 - 1e-9)) / 1000)
      when service = 'gcp.cloud_run' then
        greatest(vcpu, case when memory <= 0.5 then 0.08 when memory <= 1 then 0.5
          when memory <= 4 then 1 when memory <= 8 then 2 when memory <= 16 then 4 else 6 end)
      else greatest(vcpu, 1, case when memory <= 4 then 1 when memory <= 8 then 2
          when memory <= 16 then 4 else 6 end) end as v,
    case when service like 'aws.%' then {FARGATE_MEMORY.format(memory="memory")}
      when service in ('gcp.cloud_run_jobs', 'gcp.cloud_run_worker_pools') then
        greatest(memory, 0.5, case when vcpu = 4 then 2 else 0 end)
      when service = 'gcp.cloud_run' then greatest(memory, case when vcpu = 4 then 2 else 0 end)
      else memory end as m
  from sized),
used as (
  select service, region, v, m,
    case when service = 'gcp.gke_autopilot' then 1.0 else 0.0 end as storage,
    coalesce(requests_per_month, 0) as requests,
    case when service like 'aws.%'
        then greatest(ceil(run_seconds), 60) / 3600 * runs_per_month * replicas
      when service = 'gcp.cloud_run_jobs'
        then greatest(ceil(run_seconds * 10 * (1 - 1e-9)) / 10, 60) / 3600 * runs_per_month * replicas
      when service = 'gcp.cloud_run'
        then requests_per_month * ceil(request_seconds * 10 * (1 - 1e-9)) / 10 / 3600
      else 730.0 * replicas end as hours
  from billed),
cost as (
  select u.service, u.v * u.hours * r.vcpu_hours as vcpu_cost,
    u.m * u.hours * r.memory_gib_hours as memory_cost,
    u.storage * u.hours * r.ephemeral_storage_gib_hours as storage_cost,
    u.requests * r.requests as request_cost
  from used u left join mixed_rates r using (service, region)),
gross as (select sum(vcpu_cost + memory_cost + storage_cost + request_cost) as total,
  sum(case when service like 'gcp.cloud_run%' then vcpu_cost else 0 end) as run_vcpu,
  sum(case when service like 'gcp.cloud_run%' then memory_cost else 0 end) as run_memory,
  sum(case when service like 'gcp.cloud_run%' then request_cost else 0 end) as run_requests from cost)
select total - least(4.32, run_vcpu) - least(0.90, run_memory) - least(0.80, run_requests) from gross
"""
