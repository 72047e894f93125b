.text
.global main
main: ldi r24, 0x20
 out 4, r24
1: sbi 3, 5
 rcall wait
 rjmp 1b
wait: ldi r25, 200
2: dec r25
 brne 2b
 ret
.data
table: .word 1, 2, 0x1234
