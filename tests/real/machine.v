// A small stack machine with a multiplier, a register file and a serial port: enough for memories, state machines and
// arithmetic to go through synthesis.
module machine #(parameter WIDTH = 16, parameter DEPTH = 16) (
    input clk, input reset,
    input [WIDTH-1:0] instruction,
    output reg [7:0] address,
    output reg serial, output reg halted,
    output [WIDTH-1:0] top
);
    localparam PUSH = 0, ADD = 1, SUB = 2, MUL = 3, AND = 4, XOR = 5, SHIFT = 6, SWAP = 7, JUMP = 8, SEND = 9, HALT = 15;

    reg [WIDTH-1:0] stack [0:DEPTH-1];
    reg [$clog2(DEPTH)-1:0] pointer;
    reg [WIDTH-1:0] first, second;
    wire [3:0] operation = instruction[WIDTH-1 -: 4];
    wire [11:0] operand = instruction[11:0];
    assign top = first;

    wire [WIDTH-1:0] sum = first + second, difference = second - first, product = first * second;
    reg [3:0] bits_left;
    reg [7:0] shifting;
    reg [7:0] divider;

    always @(posedge clk) begin
        second <= stack[pointer];
        if (reset) begin
            pointer <= 0; first <= 0; address <= 0; halted <= 0; bits_left <= 0; serial <= 1; divider <= 0;
        end else if (!halted) begin
            address <= address + 1;
            case (operation)
                PUSH: begin stack[pointer + 1] <= first; pointer <= pointer + 1; first <= {4'b0, operand}; end
                ADD: begin first <= sum; pointer <= pointer - 1; end
                SUB: begin first <= difference; pointer <= pointer - 1; end
                MUL: begin first <= product; pointer <= pointer - 1; end
                AND: begin first <= first & second; pointer <= pointer - 1; end
                XOR: begin first <= first ^ second; pointer <= pointer - 1; end
                SHIFT: first <= operand[4] ? first >> operand[3:0] : first << operand[3:0];
                SWAP: begin first <= second; stack[pointer] <= first; end
                JUMP: if (first != 0) address <= operand[7:0];
                SEND: if (bits_left == 0) begin shifting <= first[7:0]; bits_left <= 10; end
                HALT: halted <= 1;
                default: ;
            endcase
            divider <= divider + 1;
            if (bits_left != 0 && divider == 0) begin
                serial <= bits_left == 10 ? 1'b0 : bits_left == 1 ? 1'b1 : shifting[0];
                if (bits_left < 10) shifting <= shifting >> 1;
                bits_left <= bits_left - 1;
            end
        end
    end
endmodule
