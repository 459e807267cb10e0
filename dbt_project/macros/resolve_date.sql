{#
    The day that a date expression means, given the day of the text (`anchor`: a date).

    `code` is one of
      date:2020-09-16      that day
      month_day:09-16      the nearest such day, at most six months away; the earlier one where two are equally near
      weekday:1 .. 7       Monday to Sunday: the last such day on or before the anchor
      next_weekday:1       the first such day after the anchor
      days:-1              so many days from the anchor
    Anything else (month:2020-09, year:2020), a code without its anchor and a day that no calendar has give null.
#}
{% macro resolve_date(code, anchor) -%}
    case split_part({{ code }}, ':', 1)
        when 'date' then try_cast(split_part({{ code }}, ':', 2) as date)
        when 'month_day' then coalesce(
            {{ _within_six_months(_in_year(code, anchor, -1), anchor) }},
            {{ _within_six_months(_in_year(code, anchor, 0), anchor) }},
            {{ _within_six_months(_in_year(code, anchor, 1), anchor) }}
        )
        when 'weekday'
            then {{ anchor }} - cast((isodow({{ anchor }}) - {{ _code_number(code) }} + 7) % 7 as integer)
        when 'next_weekday'
            then {{ anchor }} + cast(({{ _code_number(code) }} - isodow({{ anchor }}) + 6) % 7 + 1 as integer)
        when 'days' then {{ anchor }} + {{ _code_number(code) }}
    end
{%- endmacro %}

{% macro _code_number(code) -%}
    try_cast(split_part({{ code }}, ':', 2) as integer)
{%- endmacro %}

{% macro _in_year(code, anchor, year_offset) -%}
    try_cast(concat(year({{ anchor }}) + {{ year_offset }}, '-', split_part({{ code }}, ':', 2)) as date)
{%- endmacro %}

{% macro _within_six_months(day, anchor) -%}
    case
        when
            {{ day }} >= {{ anchor }} - interval 6 month
            and {{ day }} < {{ anchor }} + interval 6 month
            then {{ day }}
    end
{%- endmacro %}
